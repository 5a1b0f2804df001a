import Caching
import Formats
import HTTPExchange
import HTTPTypes
import Logging
import Synchronization
import Telemetry
import TestSupport
import Tracing
import Transcribe
import UpstreamTestSupport

@testable import Gateway

/// A gateway on a manual clock in front of jobs that the test makes up; no socket and no real time.
final class TestBench: Sendable {
    let clock = ManualClock()
    let source = FakeSource()
    let lists = FakeLists()
    let registry = PrometheusRegistry()
    let readiness = Readiness()
    /// Spans that were recorded, where there is a sampler.
    let spans = SpanQueue(limit: 1_000, batch: 1_000)
    let gateway: JobGateway

    /// - Parameters:
    ///   - log: where the access log and the log go; nil keeps none.
    ///   - given: where the log goes in its place.
    ///   - sampler: of the spans; nil records none.
    init(
        log: LogWriter? = nil, logger given: Logger? = nil, names: NameHash = NameHash(), sampler: Sampler? = nil,
        _ adjust: (inout GatewayOptions) -> Void = { _ in }
    ) {
        var options = GatewayOptions()
        options.jitter = { 0 }
        adjust(&options)
        options.time = clock.source
        let logger =
            given
            ?? log.map { writer in
                Logger(label: "test") { LineLogHandler(label: $0, writer: writer) }
            }
        let recorder = RequestRecorder(
            log: log, names: names, registry: registry, logger: logger,
            tracer: sampler.map { [spans] in Tracer($0, queue: spans, clock: { (0, 0) }) },
            clock: { [clock] in clock.now })
        gateway = JobGateway(
            options: options, source: source, lists: lists, recorder: recorder,
            probes: ProbeReplies(readiness, registry: registry))
    }

    /// Runs the gateway's flights while `body` asks.
    func run(_ body: (TestBench) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.gateway.run() }
            defer { group.cancelAll() }
            try await body(self)
        }
    }

    /// Sends a request and waits for its reply, which ends as if it had been sent.
    func get(
        _ target: String, _ fields: [(HTTPField.Name, String)] = [], method: HTTPRequest.Method = .get,
        host: String = "localhost", peer: PeerAddress = PeerAddress(ipv4: 0x7F00_0001)
    ) async -> Reply {
        let request = Request(method: method, target: target, host: host, peer: peer, fields: FieldList(list: fields))
        let record = request.record
        let reply = await reply(to: gateway.answer(request))
        gateway.finish(record, of: peer, wasSent: true)
        return reply
    }

    /// What the gateway does with a request, of which nothing is waited for.
    func answer(_ target: String) -> Handling {
        gateway.answer(
            Request(
                method: .get, target: target, host: "localhost", peer: PeerAddress(ipv4: 0x7F00_0001),
                fields: FieldList(list: [])))
    }

    /// What the cache has for a request for the job.
    func resolve(_ name: JobName) -> CacheResult {
        let request = Request(
            method: .get, target: "/jobs/\(name.text)", host: "localhost", peer: PeerAddress(ipv4: 0x7F00_0001),
            fields: FieldList(list: []))
        let context = RequestContext(
            request, id: .given("mine-1"), at: Moment(clock.now), under: gateway.inForce.current, clients: nil,
            sharing: .only([]))
        return gateway.resolve(name, .none, in: context)
    }

    private func reply(to handling: Handling) async -> Reply {
        switch handling {
        case .reply(let reply): return reply
        case .later(let deferred):
            return await withCheckedContinuation { deferred.start(Promise(continuation: $0)) }
        }
    }
}

/// Jobs by name; whatever is not put is not found.
final class FakeSource: JobSource {
    private struct State {
        var answers: [String: Result<Job, TranscribeError>] = [:]
        var calls = 0
        var callsByName: [String: Int] = [:]
        /// How often a call that fails asks for another attempt.
        var retries = 0
        /// How the attempts before the last one fail, by name.
        var earlierErrors: [String: [TranscribeError]] = [:]
        var attempts = 0
        /// Whether AWS names its calls, `aws-1` the first.
        var namesCalls = false
        var callName: String? { namesCalls ? "aws-\(calls)" : nil }
        /// Of the latest attempt.
        var mayBeRetried = false
        var gate: [CheckedContinuation<Void, Never>]?
        /// Calls that wait, by name.
        var held: [String: [CheckedContinuation<Void, Never>]] = [:]
    }

    private let state = Mutex(State())

    var calls: Int { state.withLock(\.calls) }
    /// Calls that wait at the closed gate.
    var held: Int { state.withLock { $0.held.values.reduce($0.gate?.count ?? 0) { $0 + $1.count } } }

    func calls(for name: String) -> Int { state.withLock { $0.callsByName[name] ?? 0 } }

    func put(_ name: String, _ job: Job) { state.withLock { $0.answers[name] = .success(job) } }
    func fail(_ name: String, _ error: TranscribeError) { state.withLock { $0.answers[name] = .failure(error) } }

    /// Holds the calls from here on.
    func closeGate() { state.withLock { $0.gate = [] } }

    func openGate() {
        let held = state.withLock { state in
            defer { state.gate = nil }
            return state.gate ?? []
        }
        for call in held { call.resume() }
    }

    /// The attempts of all calls.
    var attempts: Int { state.withLock(\.attempts) }

    /// Whether another attempt could follow the latest one, as far as the caller knew when it began.
    var mayBeRetried: Bool { state.withLock(\.mayBeRetried) }

    /// Lets AWS name its calls from here on.
    func nameCalls() { state.withLock { $0.namesCalls = true } }

    /// Lets each call that fails ask for so many further attempts.
    func retry(_ count: Int) { state.withLock { $0.retries = count } }

    /// Lets the next call for this job fail so before its last attempt.
    func failFirst(_ name: String, _ errors: [TranscribeError]) { state.withLock { $0.earlierErrors[name] = errors } }

    /// What ``hold(_:)`` and ``release(_:)`` call the wait after a failed attempt for a job.
    static func retry(of name: String) -> String { name + " again" }

    /// Holds the calls for this job from here on.
    func hold(_ name: String) { state.withLock { $0.held[name] = [] } }

    /// Lets the calls go that wait, and holds those that come after them.
    func releaseThoseHeld(_ name: String) {
        for call in state.withLock({ $0.held.updateValue([], forKey: name) }) ?? [] { call.resume() }
    }

    func release(_ name: String) {
        for call in state.withLock({ $0.held.removeValue(forKey: name) }) ?? [] { call.resume() }
    }

    func job(
        named name: JobName, deadline: ContinuousClock.Instant, mayRetry: () -> Bool, attemptBegan: () -> Void,
        attemptFailed: (TranscribeError) -> Void, admitRetry: () async -> Bool
    ) async throws(TranscribeError) -> JobResponse {
        state.withLock { state in
            state.calls += 1
            state.callsByName[name.text, default: 0] += 1
        }
        begin(attemptBegan, mayRetry)
        await passGate(name.text)
        for error in state.withLock({ $0.earlierErrors.removeValue(forKey: name.text) }) ?? [] {
            attemptFailed(error)
            await passGate(Self.retry(of: name.text))
            guard await admitRetry() else { throw error }
            begin(attemptBegan, mayRetry)
        }
        let answer = state.withLock { $0.answers[name.text] }
        switch answer {
        case .success(let job):
            return JobResponse(
                job: job, origin: state.withLock(\.callName).map { ResponseOrigin(status: 200, requestID: $0) })
        case .failure(let error):
            for _ in 0..<state.withLock(\.retries) {
                attemptFailed(error)
                guard await admitRetry() else { break }
                begin(attemptBegan, mayRetry)
            }
            attemptFailed(error)
            throw error
        case nil:
            let error = TranscribeError.jobNotFound(
                ResponseOrigin(status: 400, requestID: state.withLock(\.callName)))
            attemptFailed(error)
            throw error
        }
    }

    private func begin(_ attemptBegan: () -> Void, _ mayRetry: () -> Bool) {
        let mayBeRetried = mayRetry()
        attemptBegan()
        state.withLock { state in
            state.attempts += 1
            state.mayBeRetried = mayBeRetried
        }
    }

    private func passGate(_ name: String) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let passes = state.withLock { state in
                if state.held[name]?.append(continuation) != nil || state.gate?.append(continuation) != nil {
                    return false
                }
                return true
            }
            if passes { continuation.resume() }
        }
    }
}

struct FieldList: RequestFields {
    let list: [(HTTPField.Name, String)]

    var lines: [(name: String, value: String)] { list.map { ($0.0.rawName, $0.1) } }

    func value(of name: HTTPField.Name) -> String? {
        let values = list.filter { $0.0 == name }.map(\.1)
        return values.isEmpty ? nil : values.joined(separator: ", ")
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

extension Job {
    static func running(_ name: String) -> Job {
        var job = Job()
        job.name = name
        job.status = JobStatus(rawValue: "IN_PROGRESS")
        return job
    }

    static func finished(_ name: String) -> Job {
        var job = running(name)
        job.status = JobStatus(rawValue: "COMPLETED")
        job.transcriptURI = "https://s3.example/\(name).json"
        return job
    }
}

extension Reply {
    var text: String { String(decoding: body.bytes, as: UTF8.self) }

    func field(_ name: String) -> String? { fields[HTTPField.Name(name)!] }

    /// In seconds.
    var retryAfter: Int? { field("Retry-After").flatMap { Int($0) } }

    /// Seconds after which a browser without script loads the page again.
    var reloadInterval: Int? {
        let mark = "<noscript><meta http-equiv=\"refresh\" content=\""
        guard let start = text.firstRange(of: mark)?.upperBound else { return nil }
        return Int(text[start...].prefix { $0 != "\"" })
    }
}
