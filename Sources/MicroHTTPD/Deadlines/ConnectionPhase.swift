import Synchronization

/// What a connection is doing and until when it may, for the server's own thread. The connection's worker writes it. The
/// server's own thread changes it where a deadline begins or ends without a callback.
struct ConnectionPhase: ~Copyable {
    enum Stage: UInt64 {
        /// Between two requests: no byte of the next one has been seen.
        case idle
        /// A request is arriving.
        case reading
        /// The request is complete. It has a deadline of its own.
        case handling
        /// The reply is being sent.
        case sending
        /// The reply comes in pieces. What its client takes is judged, and not how long that lasts.
        case streaming
        /// The server has ended the connection.
        case ended
    }

    /// Packed into one atomic word so that a reader never sees half of a change.
    struct Value: Equatable {
        private static let turnMask: UInt64 = 0xFFFF

        let word: UInt64

        init(word: UInt64) {
            self.word = word
        }

        /// - Parameter turn: which of the connection's requests this is, so that two idle phases with the same deadline
        ///   differ.
        init(_ stage: Stage, until tick: Int, turn: UInt64) {
            word = UInt64(tick) << 20 | (turn & Self.turnMask) << 4 | stage.rawValue
        }

        var stage: Stage { Stage(rawValue: word & 0xF) ?? .ended }
        var turn: UInt64 { word >> 4 & Self.turnMask }
        /// In ticks of ``CoarseClock``. Has no meaning in the stages `handling`, `streaming` and `ended`.
        var deadline: Int { Int(word >> 20) }

        var waitsForClient: Bool { stage == .idle || stage == .reading }
        var isSending: Bool { stage == .sending || stage == .streaming }

        func isOverdue(at tick: Int) -> Bool {
            switch stage {
            case .idle, .reading, .sending: deadline < tick
            case .handling, .streaming, .ended: false
            }
        }
    }

    private static let ticksOfANewOne = CoarseClock.ticks(in: .seconds(1))
    private let state: Atomic<UInt64>

    init(readingUntil tick: Int) {
        state = Atomic(Value(.reading, until: tick, turn: 0).word)
    }

    var value: Value { Value(word: state.load(ordering: .relaxed)) }

    /// Whether a request is under way whose reply has to be sent before the server stops. The first request of a connection
    /// counts from its end on: see ``isNew(at:_:)``.
    var isBusy: Bool {
        let value = value
        return switch value.stage {
        case .handling, .sending, .streaming: true
        case .reading: value.turn > 0
        case .idle, .ended: false
        }
    }

    /// Whether the connection is new and its first request has not come: accepted less than a second ago.
    ///
    /// - Parameter requestTicks: what the deadline of a new connection is after its beginning.
    func isNew(at tick: Int, _ requestTicks: Int) -> Bool {
        let value = value
        return value.stage == .reading && value.turn == 0 && value.deadline > tick + requestTicks - Self.ticksOfANewOne
    }

    /// The request line has come. A deadline that began with the request's first byte stays.
    func begin(until tick: Int) {
        guard value.stage == .idle else { return }
        startReading(until: tick)
    }

    func startReading(until tick: Int) { enter(.reading, until: tick) }

    func startHandling() { enter(.handling, until: 0) }

    /// The reply has been handed to the library.
    func startSending(until tick: Int) { enter(.sending, until: tick) }

    /// A reply in pieces has been handed to the library.
    func startStreaming() { enter(.streaming, until: 0) }

    func becomeIdle(until tick: Int) {
        state.store(Value(.idle, until: tick, turn: value.turn &+ 1).word, ordering: .relaxed)
    }

    /// For the server's own thread: changes the value that it has judged. False if the worker has changed it since.
    func replace(_ seen: Value, with stage: Stage, until tick: Int = 0) -> Bool {
        let new = Value(stage, until: tick, turn: seen.turn)
        return state.compareExchange(expected: seen.word, desired: new.word, ordering: .relaxed).exchanged
    }

    private func enter(_ stage: Stage, until tick: Int) {
        state.store(Value(stage, until: tick, turn: value.turn).word, ordering: .relaxed)
    }
}
