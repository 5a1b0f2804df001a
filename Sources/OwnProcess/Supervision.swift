import Glibc
public import Threads

/// What the program that started this process has passed to it in the environment, as systemd does (sd_listen_fds(3),
/// sd_notify(3), sd_watchdog_enabled(3)).
public struct Supervision: Sendable {
    /// A descriptor that was passed, and its name; the name is empty if it has none.
    public struct Passed: Sendable, Equatable {
        public let descriptor: Int32
        public let name: String

        public init(descriptor: Int32, name: String) {
            self.descriptor = descriptor
            self.name = name
        }
    }

    /// The first descriptor that can be passed (sd_listen_fds(3)).
    private static let firstDescriptor: Int32 = 3
    /// So many can be passed that a number beyond it is a mistake.
    private static let mostDescriptors: Int32 = 1_024
    private static let variables = [
        "LISTEN_PID", "LISTEN_PIDFDID", "LISTEN_FDS", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_PID",
        "WATCHDOG_USEC",
    ]

    public let passed: [Passed]
    /// Where messages about the process go: a path, or `@` and an abstract name. Nil if none are wanted.
    public let messageSocket: String?
    /// How often the process has to say that it is alive; nil if it need not.
    public let watchdog: Duration?

    /// Takes it out of the environment, so that programs that this one starts do not get it, and closes the descriptors to them.
    /// Call it once, before other threads read the environment.
    public static func take() -> Supervision {
        var values: [String: String] = [:]
        for name in variables {
            if let value = unsafe getenv(name) { values[name] = unsafe String(cString: value) }
            unsafe unsetenv(name)
        }
        let supervision = Supervision(values)
        for passed in supervision.passed { _ = fcntl(passed.descriptor, F_SETFD, FD_CLOEXEC) }
        return supervision
    }

    /// - Parameters:
    ///   - environment: what is meant for another process is left out.
    ///   - process: the number of this process.
    init(_ environment: [String: String], process: Int32 = getpid()) {
        func number(_ name: String) -> Int? {
            environment[name].flatMap { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int($0) : nil }
        }
        let count = number("LISTEN_PID") == Int(process) ? number("LISTEN_FDS") ?? 0 : 0
        let colon = UInt8(ascii: ":")
        let names = environment["LISTEN_FDNAMES"]?.utf8.split(separator: colon, omittingEmptySubsequences: false) ?? []
        passed = (0..<min(Int32(clamping: count), Self.mostDescriptors)).map { place in
            let name = names.indices.contains(Int(place)) ? String(Substring(names[Int(place)])) : ""
            return Passed(descriptor: Self.firstDescriptor + place, name: name)
        }
        messageSocket = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
        let isForThis = environment["WATCHDOG_PID"] == nil || number("WATCHDOG_PID") == Int(process)
        watchdog = number("WATCHDOG_USEC").flatMap { isForThis && $0 > 0 ? .microseconds($0) : nil }
    }
}

/// Sends messages about the process to the program that supervises it (sd_notify(3)). Safe to use from any thread.
public final class SupervisorMessages: Sendable {
    /// Bytes of a path or a name at most (unix(7)).
    private static let longestPath = 107

    private let descriptor: Int32
    private let path: String

    /// - Parameter path: a path, or `@` and an abstract name.
    /// - Throws: ``SystemCallError`` if that is neither, or too long, or no descriptor is left.
    public init(to path: String) throws(SystemCallError) {
        let isAddress = path.utf8.first == UInt8(ascii: "/") || path.utf8.first == UInt8(ascii: "@")
        guard isAddress, (2...Self.longestPath).contains(path.utf8.count) else {
            throw SystemCallError(code: EAFNOSUPPORT)
        }
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemCallError(code: errno) }
        var patience = timeval(tv_sec: 1, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Sends assignments such as `READY=1`, all in one message. Waits for room for a second at most.
    /// - Throws: ``SystemCallError`` of sendto(2).
    public func send(_ assignments: [String]) throws(SystemCallError) {
        let bytes = Array(assignments.joined(separator: "\n").utf8)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        // An abstract name begins with a NUL and has no other at its end (unix(7)).
        if name[0] == UInt8(ascii: "@") { name[0] = 0 }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let sent = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
        guard sent == bytes.count else { throw SystemCallError(code: errno) }
    }
}

/// The clock by which a supervisor orders the process's messages (clock_gettime(2), CLOCK_MONOTONIC).
public enum MonotonicTime {
    public static var microseconds: Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
    }
}
