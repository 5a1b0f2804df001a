import CMicroHTTPD
import HTTPExchange
import Synchronization

/// One suspended request, from its suspension to the reply that ends it.
///
/// The library demands exactly one resume for each suspension (microhttpd.h, `MHD_resume_connection`). The one state below
/// decides which thread resumes; the resume happens outside the lock.
///
/// `@unchecked Sendable` because: `position`, `deadline` and `waitsForChange` are touched only under the mutex of
/// ``RequestDeadlines``; `handle` is a constant that stays valid until the one resume, for a suspended connection is never freed.
@safe final class SuspendedRequest: PendingReply, Timed, @unchecked Sendable {
    private enum State {
        case waiting
        /// One thread makes the reply; every other is too late.
        case preparing
        case prepared(Reply)
        case taken
    }

    var deadline: ContinuousClock.Instant
    var position: Int?
    /// Whether it waits for something that may never come: such a wait ends when the server begins to stop.
    var waitsForChange = false
    /// Names the request in the log.
    let name: @Sendable () -> String
    private let expired: @Sendable (DeferredReply.Expiry) -> Reply
    private let handle: OpaquePointer
    private let deadlines: RequestDeadlines
    private let state = Mutex(State.waiting)

    /// Suspends the connection, arms the deadline and starts the work, in this order: work that started before the
    /// suspension could end before it, and its resume would be lost. Call it inside the access callback only.
    ///
    /// A resumed connection is marked as readable. If its client has finished sending, the library would read the end of
    /// file before it asks for the reply, and the request would be lost. But it visits connections with an idle limit of
    /// their own before it reads anything (daemon.c, `MHD_epoll`), so a suspended connection has one until its reply (see
    /// ``restoreTimeout(of:silenceLimit:)``).
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

    /// Gives the resumed connection the daemon's idle limit again. Call it first in the callback that follows the resume.
    static func restoreTimeout(of handle: OpaquePointer, silenceLimit: Int) {
        unsafe shim_set_timeout(handle, UInt32(silenceLimit))
    }

    private init(_ handle: OpaquePointer, _ deferred: DeferredReply, _ deadlines: RequestDeadlines) {
        unsafe self.handle = unsafe handle
        self.deadlines = deadlines
        deadline = deferred.deadline
        name = deferred.name
        expired = deferred.expired
    }

    func prepare(with reply: () -> Reply) -> Bool {
        let isFirst = state.withLock { state in
            guard case .waiting = state else { return false }
            state = .preparing
            return true
        }
        guard isFirst else { return false }
        let reply = reply()
        state.withLock { $0 = .prepared(reply) }
        return true
    }

    var isAnswered: Bool {
        state.withLock { state in
            if case .waiting = state { false } else { true }
        }
    }

    func send() {
        deadlines.disarm(self)
        unsafe MHD_resume_connection(handle)
        deadlines.recordResumption()
    }

    func waitForChange(until deadline: ContinuousClock.Instant) {
        if !deadlines.postpone(self, until: deadline) { expire(because: .serverStopping) }
    }

    func expire(because expiry: DeferredReply.Expiry) {
        complete { expired(expiry) }
    }

    /// Makes the replies of all before the first is sent: each that is sent wakes a thread of the library.
    static func expire(_ requests: some Sequence<SuspendedRequest>, because expiry: DeferredReply.Expiry) {
        let prepared = requests.filter { request in request.prepare { request.expired(expiry) } }
        for request in prepared { request.send() }
    }

    /// The reply, once, for the access callback that follows the resume. Nil if there is none: then the library has called
    /// for another reason.
    func take() -> Reply? {
        state.withLock { state in
            guard case .prepared(let reply) = state else { return nil }
            state = .taken
            return reply
        }
    }
}
