import Synchronization

/// How much one gateway watches.
public struct WatchOptions: Sendable {
    /// The longest that a request may wait for a change.
    public var longestWait: Duration
    /// Requests that may watch at a time.
    public var limit: Int
    /// Requests of one client that may watch at a time.
    public var perClient: Int

    public init(longestWait: Duration, limit: Int, perClient: Int) {
        self.longestWait = longestWait
        self.limit = limit
        self.perClient = perClient
    }
}

/// The places of requests that watch a job: so many in all, and so many of one client. Safe to use from any thread.
final class WatchPlaces: Sendable {
    private struct State {
        var options: WatchOptions
        var taken = 0
        var ofClient: [UInt64: Int] = [:]
    }

    private let state: Mutex<State>

    init(_ options: WatchOptions) {
        state = Mutex(State(options: options))
    }

    /// Puts other numbers in force. Places that are taken beyond them stay so.
    func change(to options: WatchOptions) { state.withLock { $0.options = options } }

    var takenCount: Int { state.withLock(\.taken) }

    func take(for client: UInt64) throws(Problem) -> WatchPlace {
        let problem: Problem? = state.withLock { state in
            let own = state.ofClient[client, default: 0]
            let perClient = state.options.perClient
            if own >= perClient { return .tooManyWatches(ofClient: perClient) }
            if state.taken >= state.options.limit { return .tooManyWatches }
            state.taken += 1
            state.ofClient[client] = own + 1
            return nil
        }
        if let problem { throw problem }
        return WatchPlace(of: client, in: self)
    }

    fileprivate func giveBack(of client: UInt64) {
        state.withLock { state in
            state.taken -= 1
            let own = state.ofClient[client, default: 1] - 1
            state.ofClient[client] = own > 0 ? own : nil
        }
    }
}

/// One of the ``WatchPlaces``. It is given back once: when its holder says so, or when the last reference is released.
final class WatchPlace: Sendable {
    private let client: UInt64
    private let places: WatchPlaces
    private let isGivenBack = Atomic(false)

    fileprivate init(of client: UInt64, in places: WatchPlaces) {
        self.client = client
        self.places = places
    }

    deinit { giveBack() }

    func giveBack() {
        guard !isGivenBack.exchange(true, ordering: .relaxed) else { return }
        places.giveBack(of: client)
    }
}
