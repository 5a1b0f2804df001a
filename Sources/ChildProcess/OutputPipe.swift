import CSpawn
import Glibc

/// A pipe(2) from one of a program's outputs. Used by one thread only.
final class OutputPipe {
    let readingEnd: Int32
    /// The program's end; -1 once it is closed in this process.
    private(set) var writingEnd: Int32
    /// Whether every writer has closed its end, and all that was written is read.
    private(set) var isAtEnd = false

    init() throws(ChildProcessError) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe2(&ends, O_CLOEXEC) == 0 else { throw .notStarted(code: errno) }
        (readingEnd, writingEnd) = (ends[0], ends[1])
        // Of this end only: the program may not expect writes that return early.
        _ = fcntl(readingEnd, F_SETFL, O_NONBLOCK)
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

    /// The next piece of what has been written; nil if there is nothing now. Does not wait.
    func nextPiece() -> ArraySlice<UInt8>? {
        guard !isAtEnd else { return nil }
        var room = [UInt8](repeating: 0, count: 4_096)
        var count = -1
        repeat { count = unsafe Glibc.read(readingEnd, &room, room.count) } while count < 0 && errno == EINTR
        if count == 0 || (count < 0 && errno != EAGAIN) { isAtEnd = true }
        return count > 0 ? room.prefix(count) : nil
    }
}
