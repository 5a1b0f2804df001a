import CMicroHTTPD
import HTTPExchange
import Synchronization

/// One suspended request: from its suspension to the reply that ends it.
///
/// The library demands exactly one resume for each suspension (microhttpd.h, `MHD_resume_connection`): the one state
/// below decides who does it, and the resume happens outside the lock.
///
/// `@unchecked Sendable` because: `position` is touched only by the heap that ``Timers`` guards with its mutex; `handle`
/// is a constant that stays valid until the one resume, for a suspended connection is never freed.
@safe final class Exchange: PendingReply, Timed, @unchecked Sendable {
    private enum State {
        case waiting
        case fulfilled(Reply)
        case taken
    }

    let deadline: ContinuousClock.Instant
    var position: Int?
    private let expired: @Sendable (Deferral.Expiry) -> Reply
    private let handle: OpaquePointer
    private let timers: Timers
    private let state = Mutex(State.waiting)

    /// Suspends the connection, arms the deadline and begins the work, in this order: work that began before the
    /// suspension could end before it, and its resume would be lost. Call it inside the access callback only.
    static func suspend(_ handle: OpaquePointer, for deferral: Deferral, timers: Timers) -> Exchange {
        let exchange = unsafe Exchange(handle, deferral, timers)
        unsafe MHD_suspend_connection(handle)
        timers.arm(exchange)
        deferral.start(exchange)
        return exchange
    }

    private init(_ handle: OpaquePointer, _ deferral: Deferral, _ timers: Timers) {
        unsafe self.handle = unsafe handle
        self.timers = timers
        deadline = deferral.deadline
        expired = deferral.expired
    }

    @discardableResult
    func fulfil(with reply: Reply) -> Bool {
        let isFirst = state.withLock { state in
            guard case .waiting = state else { return false }
            state = .fulfilled(reply)
            return true
        }
        guard isFirst else { return false }
        timers.disarm(self)
        unsafe MHD_resume_connection(handle)
        return true
    }

    func expire(because expiry: Deferral.Expiry) {
        fulfil(with: expired(expiry))
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
