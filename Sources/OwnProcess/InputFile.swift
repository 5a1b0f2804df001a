import Glibc
public import Threads

/// Reads what the process is given to read, from a file, a pipe or a terminal.
public enum InputFile {
    /// The bytes of the file at a path, or, for `-`, of standard input. At most `limit + 1`, so that a longer content can be
    /// told. Blocks until the content has ended: a pipe ends when its last writer has closed it.
    /// - Throws: ``SystemCallError`` of open(2) or read(2).
    public static func bytes(of path: String, upTo limit: Int) throws(SystemCallError) -> [UInt8] {
        guard path != "-" else { return try bytes(from: STDIN_FILENO, upTo: limit) }
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemCallError(code: errno) }
        defer { close(descriptor) }
        return try bytes(from: descriptor, upTo: limit)
    }

    /// Whether the content is still there after it was read: not that of a pipe, a socket or a terminal. True also where there is
    /// no such file, which opening it tells.
    public static func canBeReadAgain(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
    }

    private static func bytes(from descriptor: Int32, upTo limit: Int) throws(SystemCallError) -> [UInt8] {
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while content.count <= limit {
            let count = unsafe read(descriptor, &buffer, min(buffer.count, limit + 1 - content.count))
            if count == 0 { break }
            if count > 0 { content += buffer[..<count] } else if errno != EINTR { throw SystemCallError(code: errno) }
        }
        return content
    }
}
