import Dispatch
import HTTPExchange
import Synchronization

/// A stream whose pieces the test gives.
final class TestStream: ContentStream {
    private struct State {
        var reader: (any StreamReader)?
        var pieces: [StreamPiece] = []
        var calls: [Call] = []
        var heartbeat: String?
        var afterQuestion: (@Sendable () -> Void)?
    }

    enum Call: Equatable {
        case begin
        case next
        case silence
        case end
    }

    private let state: Mutex<State>
    private let onEnd: @Sendable () -> Void

    /// - Parameter heartbeat: the piece after a silence.
    init(_ pieces: [String] = [], heartbeat: String? = nil, onEnd: @escaping @Sendable () -> Void = {}) {
        state = Mutex(State(pieces: pieces.map { .content(Body($0)) }, heartbeat: heartbeat))
        self.onEnd = onEnd
    }

    /// Called when the stream has found nothing and has not said so yet.
    var afterQuestion: (@Sendable () -> Void)? {
        get { state.withLock(\.afterQuestion) }
        set { state.withLock { $0.afterQuestion = newValue } }
    }

    /// What the server has called.
    var calls: [Call] { state.withLock(\.calls) }

    func count(of call: Call) -> Int { calls.count { $0 == call } }

    func add(_ piece: StreamPiece) {
        let reader = state.withLock { state in
            state.pieces.append(piece)
            return state.reader
        }
        reader?.wake()
    }

    /// The server's end, while the server reads.
    var reader: (any StreamReader)? { state.withLock(\.reader) }

    func begin(_ reader: any StreamReader) {
        state.withLock { state in
            state.calls.append(.begin)
            state.reader = reader
        }
    }

    func next(afterSilence isSilent: Bool) -> StreamPiece {
        let piece: StreamPiece? = state.withLock { state in
            state.calls.append(isSilent ? .silence : .next)
            guard state.pieces.isEmpty else { return state.pieces.removeFirst() }
            return isSilent ? state.heartbeat.map { .content(Body($0)) } : nil
        }
        if piece == nil { afterQuestion?() }
        return piece ?? .nothing
    }

    func end() {
        onEnd()
        state.withLock { state in
            state.calls.append(.end)
            state.reader = nil
        }
    }
}

/// A stream of the latest number, each on a line of so many bytes.
final class LatestNumber: ContentStream {
    private let current: Atomic<Int>
    private let isFinished = Atomic(false)
    private let taken = Atomic(0)
    private let hasTaken = DispatchSemaphore(value: 0)
    private let width: Int
    private let reader = Mutex<(any StreamReader)?>(nil)

    init(_ number: Int = 0, width: Int = 8) {
        current = Atomic(number)
        self.width = width
    }

    /// Waits until the server has taken a number that it had not taken before. False after ten seconds. For one thread.
    func waitUntilTaken() -> Bool { hasTaken.wait(timeout: .now() + 10) == .success }

    /// The next number, from any thread.
    @discardableResult func advance() -> Int {
        let number = current.add(1, ordering: .acquiringAndReleasing).newValue
        reader.withLock { $0 }?.wake()
        return number
    }

    func finish() {
        isFinished.store(true, ordering: .releasing)
        reader.withLock { $0 }?.wake()
    }

    func begin(_ reader: any StreamReader) { self.reader.withLock { $0 = reader } }

    func next(afterSilence isSilent: Bool) -> StreamPiece {
        let number = current.load(ordering: .acquiring)
        guard number > taken.load(ordering: .acquiring) else {
            return isFinished.load(ordering: .acquiring) ? .end : .nothing
        }
        taken.store(number, ordering: .releasing)
        hasTaken.signal()
        let text = String(number)
        return .content(Body(String(repeating: "0", count: width - text.utf8.count) + text + "\n"))
    }

    func end() { reader.withLock { $0 = nil } }
}

/// A stream that always has something.
final class EndlessStream: ContentStream {
    private let piece: Body
    let endCount = Atomic(0)

    init(bytes: Int) {
        piece = Body([UInt8](repeating: UInt8(ascii: "x"), count: bytes))
    }

    func begin(_ reader: any StreamReader) {}
    func next(afterSilence isSilent: Bool) -> StreamPiece { .content(piece) }
    func end() { endCount.add(1, ordering: .relaxed) }
}
