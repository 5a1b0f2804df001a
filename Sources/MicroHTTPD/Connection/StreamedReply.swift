import CMicroHTTPD
import Glibc
import HTTPExchange
import Synchronization

/// One reply whose content comes from a ``ContentStream``, from the access callback that queues it to the end of its request.
///
/// The library asks for content with a callback, the reader, which suspends the connection where the stream has nothing. The
/// library demands exactly one resume for each suspension (microhttpd.h, `MHD_resume_connection`): the one state below decides
/// which thread resumes, outside the lock. Read in connection.c and daemon.c of 0.9.75 and 1.0.1: a connection that is
/// suspended in the reader goes on in the reader, and reads nothing from its socket before that, so the end of a client that
/// has finished sending does not end it.
///
/// `@unchecked Sendable` because: `stream`, `piece`, `sent`, `hasBegun`, `hasNoTimeout`, `lastPiece` and `touched` are touched only in the
/// library's callbacks for this connection, which come from one thread; `progress` only by the ``ConnectionTable`` under the
/// lock of the connection's shard; `handle` is a constant that is used only while the connection is suspended, or in its
/// callbacks, and a suspended connection is never freed.
@safe final class StreamedReply: StreamReader, @unchecked Sendable {
    private enum Ending {
        /// After the piece that is being sent, as if the stream had said so.
        case complete
        /// Now.
        case broken
    }

    private struct State {
        var isSuspended = false
        /// Whether the stream has to be asked before a suspension: a wake can come while the reader runs.
        var isWoken = false
        var isSilent = false
        var ending: Ending?
        /// The tick of the last piece, or of the last question after a silence.
        var lastPiece = 0
    }

    /// A question for the stream, or why there is none.
    private enum Question {
        case next(afterSilence: Bool)
        case none(Ending)
    }

    /// `MHD_CONTENT_READER_END_OF_STREAM` and `MHD_CONTENT_READER_END_WITH_ERROR`, whose casts hide them from Swift.
    private static let (endOfStream, endWithError) = (-1, -2)
    private static let pageSize = sysconf(Int32(_SC_PAGESIZE))
    /// Bytes that the kernel may hold unsent (tcp(7), TCP_NOTSENT_LOWAT; of a Unix socket socket(7), SO_SNDBUF): a slow client gets the latest state and not what
    /// filled a buffer of megabytes before.
    private static let unsentLimit: Int32 = 16 << 10

    /// What the passes of the ``ConnectionTable`` have seen.
    var progress = StreamProgress()
    private let handle: OpaquePointer
    private let context: ServerContext
    private var stream: (any ContentStream)?
    private var piece: Body?
    /// Bytes of `piece` that the library has.
    private var sent = 0
    private var hasBegun = false
    private var hasNoTimeout = false
    private var lastPiece: Int
    /// Bytes from the beginning of the library's buffer that may have been written since its pages were given back.
    private var touched = Int.max
    private let state = Mutex(State())

    /// Call it in the access callback that queues the reply.
    init(_ handle: OpaquePointer, _ stream: any ContentStream, context: ServerContext) {
        unsafe self.handle = unsafe handle
        self.context = context
        self.stream = stream
        lastPiece = context.clock.now
        context.counters.recordStream()
    }

    // MARK: - The library's thread

    /// Writes what comes next. Returns how many bytes, 0 after a suspension, or an end.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        if hasNoTimeout {
            hasNoTimeout = false
            unsafe shim_set_timeout(handle, UInt32(context.silenceLimit))
        }
        while true {
            let question = question()
            if case .none(.broken) = question { return Self.endWithError }
            if let piece { return unsafe copy(piece, into: buffer) }
            guard case .next(let isSilent) = question, let stream else { return Self.endOfStream }
            begin(stream)
            switch stream.next(afterSilence: isSilent) {
            case .content(let body) where !body.bytes.isEmpty:
                (piece, sent) = (body, 0)
                lastPiece = context.clock.now
            case .content, .nothing:
                if isSilent { lastPiece = context.clock.now }
                if suspend() {
                    unsafe giveBack(buffer)
                    return 0
                }
            case .end: return Self.endOfStream
            }
        }
    }

    /// The request has ended.
    /// - Parameter isKept: whether the connection may serve another request.
    func end(isKept: Bool) {
        context.counters.recordEndOfStream()
        if isKept, hasNoTimeout { unsafe shim_set_timeout(handle, UInt32(context.silenceLimit)) }
        if hasBegun { stream?.end() }
        (stream, piece) = (nil, nil)
    }

    private func question() -> Question {
        state.withLock { state in
            if let ending = state.ending { return .none(ending) }
            // A wake is for the piece after the one that is being sent.
            guard piece == nil else { return .next(afterSilence: false) }
            defer { (state.isWoken, state.isSilent) = (false, false) }
            return .next(afterSilence: state.isSilent)
        }
    }

    private func begin(_ stream: any ContentStream) {
        guard !hasBegun else { return }
        hasBegun = true
        var limit = Self.unsentLimit
        let (level, option) = context.isUnix ? (SOL_SOCKET, SO_SNDBUF) : (Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT)
        unsafe setsockopt(shim_socket(handle), level, option, &limit, socklen_t(MemoryLayout<Int32>.size))
        stream.begin(self)
    }

    private func copy(_ piece: Body, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(piece.bytes.count - sent, buffer.count)
        unsafe buffer.copyBytes(from: piece.bytes[sent..<sent + count])
        sent += count
        touched = max(touched, count)
        if sent == piece.bytes.count { self.piece = nil }
        return count
    }

    /// False if the stream has to be asked again. In the lock: a resume may not come before its suspension.
    private func suspend() -> Bool {
        state.withLock { state in
            guard !state.isWoken, state.ending == nil else { return false }
            context.deadlines.recordSuspension()
            // The library counts the silence of a suspended connection too. It visits connections without its usual limit at
            // every turn of its loop (daemon.c, `MHD_epoll`), but none that is suspended, so one that is sending has the limit.
            hasNoTimeout = true
            unsafe shim_set_timeout(handle, 0)
            unsafe MHD_suspend_connection(handle)
            (state.isSuspended, state.lastPiece) = (true, lastPiece)
            return true
        }
    }

    /// Gives the pages of the library's buffer back to the system: the whole rest of the connection's memory, which a request
    /// before this one has written to zeros. The buffer is the reader's until it returns, and what it holds then beyond the
    /// bytes that are returned, none here, means nothing to the library.
    private func giveBack(_ buffer: UnsafeMutableRawBufferPointer) {
        guard touched > Self.pageSize, let start = buffer.baseAddress else { return }
        touched = 0
        let skipped = -Int(bitPattern: start) & (Self.pageSize - 1)
        let whole = (buffer.count - skipped) & -Self.pageSize
        if whole > 0 { unsafe madvise(start + skipped, whole, MADV_DONTNEED) }
    }

    // MARK: - Any thread

    func wake() { resume { $0.isWoken = true } }

    /// Asks the stream although it has nothing, so that something is sent.
    func wakeAfterSilence() { resume { ($0.isWoken, $0.isSilent) = (true, true) } }

    /// Ends the content after the piece that is being sent.
    func complete() { resume { $0.ending = $0.ending ?? .complete } }

    /// Ends the connection. Its socket has been shut down.
    func abort() { resume { $0.ending = .broken } }

    /// Ticks since something was sent; 0 unless the stream has nothing to send.
    func silence(at tick: Int) -> Int {
        state.withLock { $0.isSuspended ? tick - $0.lastPiece : 0 }
    }

    private func resume(after change: (inout State) -> Void) {
        let isFirst = state.withLock { state in
            change(&state)
            defer { state.isSuspended = false }
            return state.isSuspended
        }
        guard isFirst else { return }
        unsafe MHD_resume_connection(handle)
        context.deadlines.recordResumption()
    }
}
