import CMicroHTTPD  // The Glibc module leaves socket headers to whichever module includes them first.
import Glibc
import Threads

/// The file of a listening Unix socket (unix(7)). Its owner and its group may connect: mode 0660.
///
/// A process that ends without removing its file leaves one at which nothing listens; such a file is replaced, and no other. A lock
/// keeps two processes that start at once from replacing each other's.
struct UnixSocketFile {
    private static let mode: mode_t = 0o660

    /// Why the file cannot be made.
    enum Obstacle: Error, CustomStringConvertible {
        case tooLong
        case noSocket
        case inUse
        /// The socket that is there cannot be asked, so it is not known whether it is in use.
        case unknown(SystemCallError)
        case lock(SystemCallError)
        case failure(SystemCallError)

        var description: String {
            switch self {
            case .tooLong: "the path has more than \(ServerAddress.longestPath) bytes"
            case .noSocket: "a file that is no socket has this path"
            case .inUse: "another program listens there"
            case .unknown(let error): "it is not known whether another program listens there (\(error))"
            case .lock(let error): "the file \(lockSuffix) beside it cannot be locked (\(error))"
            case .failure(let error): "\(error)"
            }
        }
    }

    private static let lockSuffix = ".lock"

    private let path: String
    private let identity: FileIdentity

    /// Binds the socket to the path, lets it listen, and then lets others connect.
    init(listeningOn descriptor: Int32, at path: String) throws(Obstacle) {
        guard path.utf8.count <= ServerAddress.longestPath else { throw .tooLong }
        self.path = path
        let lock = try FileLock(at: path + Self.lockSuffix)
        defer { lock.release() }
        let address = SocketAddress(path: path)
        do throws(SystemCallError) {
            try address.bind(descriptor)
        } catch {
            guard error.code == EADDRINUSE else { throw .failure(error) }
            try Self.removeUnused(at: path)
            try Self.bind(descriptor, to: address)
        }
        // Symbolic links are not followed: another file may stand here by now where others may write to the directory.
        let isOpen = unsafe fchmodat(AT_FDCWD, path, Self.mode, AT_SYMLINK_NOFOLLOW) == 0
        guard isOpen, listen(descriptor, ListeningSocket.backlog) == 0, let identity = FileIdentity(at: path) else {
            let error = SystemCallError(code: errno)
            unsafe unlink(path)
            throw .failure(error)
        }
        self.identity = identity
    }

    /// Removes the file, unless another one stands in its place. Call it while the socket still listens: until then another process
    /// leaves the file alone.
    func remove() {
        if FileIdentity(at: path) == identity { unsafe unlink(path) }
    }

    private static func bind(_ descriptor: Int32, to address: SocketAddress) throws(Obstacle) {
        do throws(SystemCallError) { try address.bind(descriptor) } catch { throw .failure(error) }
    }

    /// Removes a socket at which nothing listens.
    private static func removeUnused(at path: String) throws(Obstacle) {
        guard let found = FileIdentity(at: path) else { return }
        guard found.isSocket else { throw .noSocket }
        guard try !isInUse(path) else { throw .inUse }
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw .failure(SystemCallError(code: errno)) }
    }

    private static func isInUse(_ path: String) throws(Obstacle) -> Bool {
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard probe >= 0 else { throw .failure(SystemCallError(code: errno)) }
        defer { close(probe) }
        do throws(SystemCallError) {
            try SocketAddress(path: path).connect(probe)
            return true
        } catch {
            switch error.code {
            case ECONNREFUSED, ENOENT: return false
            // As many connections wait as may; or the socket is one for datagrams.
            case EAGAIN, EPROTOTYPE: return true
            default: throw .unknown(error)
            }
        }
    }
}

/// Which file a path leads to. Links are not followed.
struct FileIdentity: Equatable {
    private let device: dev_t
    private let number: ino_t
    let isSocket: Bool

    /// Nil if there is none.
    init?(at path: String) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    init?(of descriptor: Int32) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        (device, number) = (status.st_dev, status.st_ino)
        isSocket = status.st_mode & S_IFMT == S_IFSOCK
    }
}

/// A file that one process at a time has locked (flock(2)). It is gone afterwards.
private struct FileLock {
    private let path: String
    private let descriptor: Int32

    /// Waits for a process that has it. Only processes of this user can: a file of another user is refused, so that none can let
    /// this one wait for ever.
    init(at path: String) throws(UnixSocketFile.Obstacle) {
        self.path = path
        while true {
            let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw .lock(SystemCallError(code: errno)) }
            // The process that had it may have removed the file meanwhile: then it is the lock of nothing.
            guard Self.isOwnFile(descriptor), Self.lock(descriptor) else {
                let error = SystemCallError(code: errno)
                close(descriptor)
                throw .lock(error)
            }
            if FileIdentity(of: descriptor) == FileIdentity(at: path) {
                self.descriptor = descriptor
                return
            }
            close(descriptor)
        }
    }

    func release() {
        unsafe unlink(path)
        close(descriptor)
    }

    private static func isOwnFile(_ descriptor: Int32) -> Bool {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return false }
        errno = EPERM
        return status.st_uid == geteuid() && status.st_mode & S_IFMT == S_IFREG
    }

    private static func lock(_ descriptor: Int32) -> Bool {
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { return false }
        }
        return true
    }
}
