import Synchronization

/// What a connection is doing, as far as the server's own thread has to know: until when it may go on. Written by the
/// connection's worker; the server's own thread steps in where a deadline begins or ends without a callback.
struct ConnectionPhase: ~Copyable {
    enum Stage: UInt64 {
        /// Between two requests, and no byte of the next one was seen.
        case idle
        /// A request is arriving.
        case reading
        /// The request is complete: its own deadline holds.
        case handling
        /// The reply is on its way.
        case sending
        /// The server has ended the connection.
        case ended
    }

    /// All of it in one word, so that whoever judges it judges one moment.
    struct Value: Equatable {
        private static let turns: UInt64 = 0xFFFF

        let word: UInt64

        init(word: UInt64) {
            self.word = word
        }

        /// - Parameter turn: which of the connection's requests this is, so that two rests are never taken for one.
        init(_ stage: Stage, until tick: Int, turn: UInt64) {
            word = UInt64(tick) << 20 | (turn & Self.turns) << 4 | stage.rawValue
        }

        var stage: Stage { Stage(rawValue: word & 0xF) ?? .ended }
        var turn: UInt64 { word >> 4 & Self.turns }
        /// In ticks of ``CoarseClock``. Means nothing while answering or when ended.
        var deadline: Int { Int(word >> 20) }

        var waitsForClient: Bool { stage == .idle || stage == .reading }

        func isOverdue(at tick: Int) -> Bool {
            switch stage {
            case .idle, .reading, .sending: deadline < tick
            case .handling, .ended: false
            }
        }
    }

    private let state: Atomic<UInt64>

    init(readingUntil tick: Int) {
        state = Atomic(Value(.reading, until: tick, turn: 0).word)
    }

    var value: Value { Value(word: state.load(ordering: .relaxed)) }

    /// Whether a request is under way that deserves its answer.
    var isBusy: Bool { value.stage == .handling || value.stage == .sending }

    /// The request line has come. A deadline that runs since the request's first byte goes on.
    func begin(until tick: Int) {
        guard value.stage == .idle else { return }
        startReading(until: tick)
    }

    func startReading(until tick: Int) { enter(.reading, until: tick) }

    func startHandling() { enter(.handling, until: 0) }

    /// The reply has been handed over.
    func startSending(until tick: Int) { enter(.sending, until: tick) }

    func becomeIdle(until tick: Int) {
        state.store(Value(.idle, until: tick, turn: value.turn &+ 1).word, ordering: .relaxed)
    }

    /// For the server's own thread: changes what it has judged, unless the worker was faster.
    func replace(_ seen: Value, with stage: Stage, until tick: Int = 0) -> Bool {
        let new = Value(stage, until: tick, turn: seen.turn)
        return state.compareExchange(expected: seen.word, desired: new.word, ordering: .relaxed).exchanged
    }

    private func enter(_ stage: Stage, until tick: Int) {
        state.store(Value(stage, until: tick, turn: value.turn).word, ordering: .relaxed)
    }
}
