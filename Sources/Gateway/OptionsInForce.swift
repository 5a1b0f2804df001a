import RateLimiting
import Threads
import Transcribe

/// The options at one time, and what follows from them. A request uses the same from its begin to its end.
final class OptionsSnapshot: Sendable {
    let options: GatewayOptions
    /// Nil without a limit.
    let clientLimit: ClientLimit?
    let sharedFields: SharedFields
    /// Of answers to requests that waited.
    let waitFields: SharedFields

    init(_ options: GatewayOptions) {
        self.options = options
        clientLimit = options.clientLimit?.limit
        sharedFields = SharedFields(caching: options.caching, limit: clientLimit)
        waitFields = SharedFields(caching: .noStore, limit: clientLimit)
    }
}

/// Which options are in force. Safe to use from any thread.
final class OptionsInForce: Sendable {
    /// How often options can be changed. Each snapshot takes a kilobyte or two.
    private static let mostChanges = 10_000

    private let latest: SharedReference<OptionsSnapshot>

    init(_ options: GatewayOptions) {
        latest = SharedReference(OptionsSnapshot(options), limit: Self.mostChanges)
    }

    var current: OptionsSnapshot { latest.current }

    /// Puts other options in force, for requests that begin from now on. False, without effect, after ten thousand changes.
    func change(to options: GatewayOptions) -> Bool { latest.replace(with: OptionsSnapshot(options)) }
}

extension JobGateway {
    /// Those in force now. A request reads them from its ``RequestContext``.
    var options: GatewayOptions {
        _read { yield inForce.current.options }
    }

    /// Puts other options in force while requests come. What is cached stays, with the freshness that it has; so do the tokens of
    /// clients and of the budget, the breaker, and requests that wait or watch. Members of jobs that may be seen no more are
    /// shown no more, also to those, and clients that are answered no more get nothing more. Not changed are `cacheCapacity`, `region`, `time` and `jitter`.
    ///
    /// Call it from one task. False, without effect, after ten thousand changes.
    ///
    /// - Parameter isTaken: called when it is sure that the options change, before any reply follows from that.
    public func change(to options: GatewayOptions, isTaken: () -> Void = {}) -> Bool {
        var options = options
        let old = inForce.current.options
        (options.cacheCapacity, options.region) = (old.cacheCapacity, old.region)
        (options.time, options.jitter) = (old.time, old.jitter)
        guard inForce.change(to: options) else { return false }
        isTaken()
        if let limit = options.clientLimit?.limit { limiter.change(to: limit, at: options.time.now()) }
        fetcher.adoptOptions()
        watches.change(to: options)
        return true
    }
}

extension ClientLimit {
    /// In place of one where there is none, and no client is asked about.
    static let unused = ClientLimit(rate: Rate(1, per: .seconds(1)), burst: 1)
}
