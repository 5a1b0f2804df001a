import Gateway
import Glibc
import HTTPExchange
import HTTPTypes
import RateLimiting
import Synchronization
import Telemetry
import Transcribe

extension Route {
    static func benchmark(_ count: Int) throws -> Int {
        let request = Sample.request()
        return try (0..<count).reduce(into: 0) { sum, _ in
            if case .job(let name, _) = try Route(request, allowed: .full, files: [:]) { sum += name.text.utf8.count }
        }
    }
}

extension JobRendering {
    static func benchmark(_ count: Int) throws -> Int {
        let name = try JobName(Sample.name)
        return try (0..<count).reduce(into: 0) { sum, _ in
            sum += JobRendering(try JobResponse.job(in: Sample.answer, for: name), fields: .standard).body.bytes.count
        }
    }
}

extension ProbeReplies {
    fileprivate static let benchmark = ProbeReplies(Readiness(), registry: PrometheusRegistry())
}

extension JobGateway {
    /// Clocks stand still: what reading one costs is the machine's affair, and no bucket fills or job expires meanwhile.
    static func benchmark(_ count: Int, isConditional: Bool = false) async throws -> Int {
        let log = LogWriter(descriptor: STDOUT_FILENO, format: .json, clock: { Sample.wallTime })
        let recorder = RequestRecorder(
            log: log, names: NameHash(), registry: PrometheusRegistry(), clock: { Sample.now })
        let gateway = JobGateway(
            options: .benchmark, source: OneJob(job: try Sample.job()), recorder: recorder, probes: .benchmark)
        let first = await gateway.first()
        let request = Sample.request(having: isConditional ? first.fields[.eTag] : nil)
        let (record, peer) = (request.record, request.peer)
        let sum = (0..<count).reduce(into: 0) { sum, _ in
            guard case .reply(let reply) = gateway.answer(request) else { return }
            gateway.finish(record, of: peer, wasSent: true)
            record.clear()
            sum += reply.status.code + reply.fields.bytes.count + reply.body.bytes.count
        }
        log.flush(within: .seconds(10))
        return sum
    }

    static func benchmarkRefusal(_ count: Int, of request: borrowing Request) -> Int {
        let log = LogWriter(descriptor: STDOUT_FILENO, format: .json, clock: { Sample.wallTime })
        let recorder = RequestRecorder(
            log: log, names: NameHash(), registry: PrometheusRegistry(), clock: { Sample.now })
        let gateway = JobGateway(
            options: .benchmark, source: NoJob(), recorder: recorder, probes: .benchmark)
        let (record, peer) = (request.record, request.peer)
        var sum = 0
        for _ in 0..<count {
            guard case .reply(let reply) = gateway.answer(request) else { continue }
            gateway.finish(record, of: peer, wasSent: true)
            record.clear()
            sum += reply.status.code + reply.body.bytes.count
        }
        log.flush(within: .seconds(10))
        return sum
    }

    /// The answer that fills the cache.
    private func first() async -> Reply {
        await withTaskGroup { group in
            group.addTask { await self.fetcher.run() }
            defer { group.cancelAll() }
            switch answer(Sample.request()) {
            case .reply(let reply): return reply
            case .later(let deferred):
                return await withCheckedContinuation { deferred.start(Promise(continuation: $0)) }
            }
        }
    }
}

extension GatewayOptions {
    fileprivate static var benchmark: GatewayOptions {
        let system = TimeSource.system
        return GatewayOptions(
            hosts: .only(["localhost", "127.0.0.1", "[::1]"]), clients: ClientRule(trustedProxies: [], allowed: nil),
            crossOrigin: .only([]), fields: .full, listsRecent: false, caching: .revalidate, cacheCapacity: 64 << 20,
            freshness: Freshness(
                running: .seconds(5), finished: .seconds(600), missing: .seconds(2), staleWhileRevalidate: .seconds(30),
                staleIfError: .seconds(600)),
            waiters: 10_000, watch: WatchOptions(longestWait: .seconds(45), limit: 8_000, perClient: 100),
            list: ListOptions(use: .off, from: 3, trust: .seconds(60), rate: nil),
            clientLimit: ClientLimitOptions(rate: Rate(1_000_000, per: .seconds(1)), burst: 1_000_000, isShadow: false),
            admission: AdmissionOptions(rate: Rate(15, per: .seconds(1)), burst: 15, concurrency: 32),
            timeout: .seconds(5),
            time: TimeSource(wallTime: system.wallTime, now: { Sample.now }, sleep: system.sleep))
    }
}

/// An AWS that knows one job.
private struct OneJob: JobSource {
    let job: Job

    func job(
        named name: JobName, deadline: ContinuousClock.Instant, mayRetry: () -> Bool, attemptBegan: () -> Void,
        attemptFailed: (TranscribeError) -> Void, admitRetry: () async -> Bool
    ) async throws(TranscribeError) -> JobResponse {
        JobResponse(job: job)
    }
}

/// An AWS that is never asked.
private struct NoJob: JobSource {
    func job(
        named name: JobName, deadline: ContinuousClock.Instant, mayRetry: () -> Bool, attemptBegan: () -> Void,
        attemptFailed: (TranscribeError) -> Void, admitRetry: () async -> Bool
    ) async throws(TranscribeError) -> JobResponse {
        throw .timedOut
    }
}

private final class Promise: PendingReply {
    private let continuation: CheckedContinuation<Reply, Never>
    private let reply = Mutex<Reply?>(nil)

    init(continuation: CheckedContinuation<Reply, Never>) {
        self.continuation = continuation
    }

    var isAnswered: Bool { reply.withLock { $0 != nil } }

    func prepare(with reply: () -> Reply) -> Bool {
        self.reply.withLock { $0 = reply() }
        return true
    }

    func send() {
        guard let reply = reply.withLock({ $0 }) else { return }
        continuation.resume(returning: reply)
    }

    func waitForChange(until deadline: ContinuousClock.Instant) {}
}
