import CMicroHTTPD
import HTTPExchange
import Synchronization

/// One suspended request: from its suspension to the reply that ends it.
///
/// The library demands exactly one resume for each suspension (microhttpd.h, `MHD_resume_connection`): the one state
/// below decides who does it, and the resume happens outside the lock.
///
/// `@unchecked Sendable` because: `position` is touched only by the heap that ``RequestDeadlines`` guards with its mutex; `handle`
/// is a constant that stays valid until the one resume, for a suspended connection is never freed.
@safe final class SuspendedRequest: PendingReply, Timed, @unchecked Sendable {
    private enum State {
        case waiting
        /// Somebody makes the reply.
        case claimed
        case fulfilled(Reply)
        case taken
    }

    let deadline: ContinuousClock.Instant
    var position: Int?
    private let expired: @Sendable (DeferredReply.Expiry) -> Reply
    private let handle: OpaquePointer
    private let deadlines: RequestDeadlines
    private let state = Mutex(State.waiting)

    /// Suspends the connection, arms the deadline and begins the work, in this order: work that began before the
    /// suspension could end before it, and its resume would be lost. Call it inside the access callback only.
    ///
    /// A resumed connection is marked as readable, and its end of file, if its client has finished sending, would be read
    /// before its reply is asked for: the request would be lost. Connections with an idle limit of their own, though, are
    /// visited before anything is read (daemon.c, `MHD_epoll`). So each has one from here to its reply (see ``wake(_:)``).
    static func suspend(
        _ handle: OpaquePointer, for deferred: DeferredReply, deadlines: RequestDeadlines, silenceLimit: Int
    ) -> SuspendedRequest {
        unsafe shim_set_timeout(handle, UInt32(silenceLimit) + 1)
        let request = unsafe SuspendedRequest(handle, deferred, deadlines)
        deadlines.recordSuspension()
        unsafe MHD_suspend_connection(handle)
        if deadlines.arm(request) { deferred.start(request) } else { request.expire(because: .serverStopping) }
        return request
    }

    /// Gives the resumed connection back the daemon's idle limit. The first thing to do in the callback that follows.
    static func wake(_ handle: OpaquePointer, silenceLimit: Int) {
        unsafe shim_set_timeout(handle, UInt32(silenceLimit))
    }

    private init(_ handle: OpaquePointer, _ deferred: DeferredReply, _ deadlines: RequestDeadlines) {
        unsafe self.handle = unsafe handle
        self.deadlines = deadlines
        deadline = deferred.deadline
        expired = deferred.expired
    }

    func prepare(with reply: () -> Reply) -> Bool {
        let isFirst = state.withLock { state in
            guard case .waiting = state else { return false }
            state = .claimed
            return true
        }
        guard isFirst else { return false }
        let reply = reply()
        state.withLock { $0 = .fulfilled(reply) }
        return true
    }

    func send() {
        deadlines.disarm(self)
        unsafe MHD_resume_connection(handle)
        deadlines.recordResumption()
    }

    func expire(because expiry: DeferredReply.Expiry) {
        complete { expired(expiry) }
    }

    /// The reply, once, for the access callback that follows the resume. Nil if there is none: the library called for
    /// another reason.
    func take() -> Reply? {
        state.withLock { state in
            guard case .fulfilled(let reply) = state else { return nil }
            state = .taken
            return reply
        }
    }
}
