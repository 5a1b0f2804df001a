import CSpawn
import Glibc
import Threads

/// A pipe(2) from a program's standard output. Used by one thread only.
final class OutputPipe {
    private let readingEnd: Int32
    /// The program's end; -1 once it is closed in this process.
    private(set) var writingEnd: Int32

    init() throws(ChildProcessError) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe2(&ends, O_CLOEXEC) == 0 else { throw .notStarted(code: errno) }
        (readingEnd, writingEnd) = (ends[0], ends[1])
    }

    deinit {
        close(readingEnd)
        closeWritingEnd()
    }

    /// Call it once the program has its copy: otherwise the output would never end.
    func closeWritingEnd() {
        if writingEnd >= 0 { close(writingEnd) }
        writingEnd = -1
    }

    /// Returns all that is written until the last writer closes its end.
    func read(
        upTo limit: Int, by deadline: ContinuousClock.Instant, or cancellation: WakeUp
    ) throws(ChildProcessError) -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try nextPiece(by: deadline, or: cancellation) {
            bytes += piece
            if bytes.count > limit { throw .tooMuchOutput(limit: limit) }
        }
        return bytes
    }

    /// Nil at the end.
    private func nextPiece(
        by deadline: ContinuousClock.Instant, or cancellation: WakeUp
    ) throws(ChildProcessError) -> ArraySlice<UInt8>? {
        try waitForOutput(by: deadline, or: cancellation)
        var room = [UInt8](repeating: 0, count: 4_096)
        var count = -1
        repeat { count = unsafe Glibc.read(readingEnd, &room, room.count) } while count < 0 && errno == EINTR
        return count > 0 ? room.prefix(count) : nil
    }

    private func waitForOutput(
        by deadline: ContinuousClock.Instant, or cancellation: WakeUp
    ) throws(ChildProcessError) {
        while true {
            switch cancellation.wait(forInputFrom: readingEnd, until: deadline) {
            case .input: return
            case .signal: throw .cancelled
            case .time: if ContinuousClock.now >= deadline { throw .timedOut }
            }
        }
    }
}
