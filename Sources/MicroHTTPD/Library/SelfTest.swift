import CMicroHTTPD
import Glibc
import HTTPExchange
import HTTPTypes

/// How this process's libmicrohttpd treats what breaks HTTP's grammar. It is seen in a test and not concluded from the version:
/// a distribution may ship 0.9.75 and 1.0.1 under the same name.
public struct LibraryBehaviour: Sendable, Equatable {
    /// What finds a header section that breaks the grammar.
    public enum Checks: String, Sendable {
        /// The library skips what breaks the grammar, and ``ParserGaps`` finds it.
        case layout
        /// The library refuses what breaks the grammar, if it is told to be strict.
        case library
        /// A second request can hide where neither finds it, so every connection closes after its reply.
        case none
    }

    public let checks: Checks
    /// Whether the library sends a field that holds others after line breaks as it is (see ``JoinedFields``).
    let sendsJoinedFields: Bool
    /// Whether the library knows `MHD_OPTION_CLIENT_DISCIPLINE_LVL`, which 0.9.75 refuses to start with.
    let knowsDiscipline: Bool

    /// Found once, when the first server of the process starts. Takes about a millisecond.
    public static let observed = SelfTest.behaviour()

    /// The version of libmicrohttpd that this process runs with.
    public static var version: String { unsafe String(cString: MHD_get_version()) }

    /// What operators should know of the library; nil if there is nothing.
    public var warning: String? {
        guard checks == .none else { return nil }
        return """
            libmicrohttpd \(Self.version) accepts requests that this server cannot check, so every connection closes after \
            its reply; install libmicrohttpd 0.9.75 or 1.0.x to keep connections open
            """
    }
}

/// Sends well-formed and malformed requests over socket pairs to a daemon that has no thread, and looks at what comes of them.
enum SelfTest {
    private static let good = "GET /good HTTP/1.1\r\nHost: h\r\nX-Empty:\r\nX-Value:  a b \r\n\r\n"
    /// Each hides something from the program. What the program sees by itself, such as a name that is no token, is not tried.
    private static let bad = [
        "GET  /extra-space HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /nul HTTP/1.1\r\nHost: h\r\nX-A: a\0b\r\n\r\n",
        "GET /line-feed HTTP/1.1\r\nHost: h\r\nX-A: a\nX-B: b\r\n\r\n",
        "GET /folded HTTP/1.1\r\nHost: h\r\nX-A: a\r\n b\r\n\r\n",
        "GET /empty-name HTTP/1.1\r\nHost: h\r\n: b\r\n\r\n",
        "GET /no-colon HTTP/1.1\r\nHost: h\r\nX-A\r\n\r\n",
    ]

    static func behaviour() -> LibraryBehaviour {
        let strict = SelfTestDaemon(isStrict: true)
        guard let daemon = strict ?? SelfTestDaemon(isStrict: false) else {
            return LibraryBehaviour(checks: .none, sendsJoinedFields: false, knowsDiscipline: false)
        }
        let kept = daemon.exchange(good + good)
        let outcomes = bad.map { daemon.exchange($0) }
        let isRefused = kept.requests.count == 2 && outcomes.allSatisfy { $0.requests.isEmpty }
        let isFound = kept.requests == [.whole, .whole] && outcomes.allSatisfy { !$0.requests.contains(.whole) }
        return LibraryBehaviour(
            checks: strict != nil && isRefused ? .library : isFound ? .layout : .none,
            sendsJoinedFields: kept.reply.ranges(of: Array("\r\nX-First: 1\r\nX-Second: 2\r\n".utf8)).count == 2,
            knowsDiscipline: strict != nil)
    }
}

/// A daemon that replies to everything. It has no thread: it serves while ``exchange(_:)`` runs, on the thread of its caller.
@safe private final class SelfTestDaemon {
    /// A request as the first callback for it saw it.
    enum Request {
        case whole
        case withGap
    }

    /// What a request may take at most, in turns of the library's loop.
    private static let turns = 200
    private var handle: OpaquePointer?
    private var requests: [Request] = []

    /// Nil if the library does not start.
    init?(isStrict: Bool) {
        let flags = MHD_USE_EPOLL.rawValue | MHD_USE_NO_LISTEN_SOCKET.rawValue
        var items = unsafe isStrict ? [shim_strict_for_clients()] : []
        unsafe items.append(MHD_OptionItem(option: .END, value: 0, ptr_value: nil))
        // The callbacks run inside `exchange`, while this object lives.
        unsafe handle = shim_start_daemon(flags, Self.onAccess, Unmanaged.passUnretained(self).toOpaque(), &items)
        guard unsafe handle != nil else { return nil }
    }

    deinit { unsafe MHD_stop_daemon(handle) }

    /// Sends bytes on a connection of its own and gives the requests that the library made of them, and all it replied.
    func exchange(_ sent: String) -> (requests: [Request], reply: [UInt8]) {
        var sockets: [Int32] = [-1, -1]
        requests = []
        guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &sockets) == 0 else { return ([], []) }
        defer { close(sockets[0]) }
        var address = sockaddr()
        address.sa_family = sa_family_t(AF_UNIX)
        guard
            unsafe MHD_add_connection(handle, sockets[1], &address, socklen_t(MemoryLayout<sockaddr>.size)) == .YES
        else { return ([], []) }
        var bytes = Array(sent.utf8)
        _ = unsafe send(sockets[0], &bytes, bytes.count, Int32(MSG_NOSIGNAL))
        shutdown(sockets[0], Int32(SHUT_WR))
        let reply = received(from: sockets[0])
        return (requests, reply)
    }

    private func received(from socket: Int32) -> [UInt8] {
        var (received, buffer): ([UInt8], [UInt8]) = ([], Array(repeating: 0, count: 4_096))
        for _ in 0..<Self.turns {
            unsafe MHD_run(handle)
            let count = unsafe recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count == 0 { break }
            if count > 0 { received += buffer[..<count] }
        }
        return received
    }

    private static let onAccess: MHD_AccessHandlerCallback = { context, handle, url, method, version, _, _, slot in
        guard let context = unsafe context, let handle = unsafe handle, let url = unsafe url,
            let method = unsafe method, let version = unsafe version, let slot = unsafe slot
        else { return .NO }
        let test = unsafe Unmanaged<SelfTestDaemon>.fromOpaque(context).takeUnretainedValue()
        guard unsafe slot.pointee != nil else {
            unsafe slot.pointee = context
            unsafe test.recordRequest(handle, url, method, version)
            return .YES
        }
        return unsafe reply(on: handle)
    }

    private func recordRequest(
        _ handle: OpaquePointer, _ url: UnsafePointer<CChar>, _ method: UnsafePointer<CChar>,
        _ version: UnsafePointer<CChar>
    ) {
        var section = HeaderSection(lines: [])
        _ = unsafe withUnsafeMutablePointer(to: &section) {
            unsafe MHD_get_connection_values_n(handle, .HEADER_KIND, collectField, $0)
        }
        let isWhole = unsafe ParserGaps.hasNoGap(
            method: method, methodLength: strlen(method), targetLength: strlen(url), version: version,
            lines: section.lines, headerSize: shim_header_size(handle))
        requests.append(isWhole ? .whole : .withGap)
    }

    private static func reply(on handle: OpaquePointer) -> MHD_Result {
        guard let response = unsafe MHD_create_response_from_buffer(0, nil, .RESPMEM_PERSISTENT) else { return .NO }
        defer { unsafe MHD_destroy_response(response) }
        var fields = FieldBlock()
        fields.append(HTTPField.Name("X-First")!, "1")
        fields.append(HTTPField.Name("X-Second")!, "2")
        unsafe JoinedFields.add(fields, to: response)
        return unsafe MHD_queue_response(handle, 200, response)
    }
}
