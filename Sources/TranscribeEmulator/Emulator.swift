public import Formats
import FoundationEssentials
public import HTTPExchange
import HTTPTypes
public import SigV4
import Synchronization

/// A server that replies to `GetMedicalTranscriptionJob` and `ListMedicalTranscriptionJobs` as Amazon Transcribe does, for
/// the demonstration and the tests.
/// It verifies each signature as AWS would, changes the status of its jobs with time, and injects faults.
public final class Emulator: Handler {
    private struct State {
        var jobs: [String: EmulatedJob] = [:]
        var faults: [String: [Fault]] = [:]
        var calls: [String: Int] = [:]
        var lists = 0
        var listFaults: [Fault] = []
    }

    private let credentials: [Credentials]
    private let verifier: Verifier
    private let clock: @Sendable () -> Timestamp
    private let state: Mutex<State>

    /// - Parameter clock: the service's clock, which signatures are verified with.
    public init(
        region: String, credentials: [Credentials], jobs: [EmulatedJob],
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.credentials = credentials
        verifier = Verifier(region: region, service: "transcribe")
        self.clock = clock
        var state = State()
        for job in jobs { state.jobs[job.name] = job }
        self.state = Mutex(state)
    }

    /// The number of requests with a valid signature for a job, or for all jobs if the name is nil.
    public func calls(for name: String? = nil) -> Int {
        state.withLock { state in name.map { state.calls[$0] ?? 0 } ?? state.calls.values.reduce(0, +) }
    }

    /// The number of requests with a valid signature for a page of the list.
    public var lists: Int { state.withLock(\.lists) }

    /// Adds or replaces a job.
    public func put(_ job: EmulatedJob) {
        state.withLock { $0.jobs[job.name] = job }
    }

    /// Deletes a job.
    public func remove(_ name: String) {
        _ = state.withLock { $0.jobs.removeValue(forKey: name) }
    }

    /// Injects faults into the next replies about this name, one into each.
    public func inject(_ faults: Fault..., for name: String) {
        state.withLock { $0.faults[name, default: []] += faults }
    }

    /// Injects faults into the next pages of the list, one into each.
    public func injectIntoLists(_ faults: Fault...) { state.withLock { $0.listFaults += faults } }

    public func answer(_ request: borrowing Request) -> Handling {
        guard request.method == .post, request.target == "/" else { return .reply(.notFoundHere) }
        do throws(VerificationError) {
            let signed = SigningRequest(
                method: request.method.rawValue, target: request.target, headers: request.lines, body: request.body)
            try verifier.verify(signed, known: credentials, at: clock())
        } catch {
            return .reply(.error(code: error.code, status: 400, message: ""))
        }
        switch request[.target] {
        case "Transcribe.GetMedicalTranscriptionJob": return handling(of: request.body)
        case "Transcribe.ListMedicalTranscriptionJobs": return list(request.body)
        default: return .reply(.error(code: "UnknownOperationException", status: 404, message: ""))
        }
    }

    public func reply(to refusal: Refusal, of request: borrowing Request) -> Reply {
        .error(code: "MalformedHttpRequestException", status: 400, message: "")
    }

    private func handling(of input: [UInt8]) -> Handling {
        guard let name = try? JSONDecoder().decode(Input.self, from: Data(input)).MedicalTranscriptionJobName
        else { return .reply(.unreadable) }
        let (fault, reply) = state.withLock { state in
            state.calls[name, default: 0] += 1
            let fault = state.faults[name]?.isEmpty == false ? state.faults[name]?.removeFirst() : nil
            return (fault, lookUp(name, in: &state))
        }
        return fault.map { inject($0, into: reply) } ?? .reply(reply)
    }

    /// A page of the jobs that have been created: one without a time of creation is when it is first looked up.
    private func list(_ input: [UInt8]) -> Handling {
        guard let input = try? JSONDecoder().decode(ListInput.self, from: Data(input)) else {
            return .reply(.unreadable)
        }
        let (fault, jobs) = state.withLock { state in
            state.lists += 1
            let fault = state.listFaults.isEmpty ? nil : state.listFaults.removeFirst()
            return (fault, state.jobs.values.compactMap { job in job.createdAt.map { (job: job, createdAt: $0) } })
        }
        let page = input.isValid ? WirePage(input, of: jobs, at: clock()) : nil
        let reply = page.map(Reply.page) ?? .error(code: "BadRequestException", status: 400, message: "")
        return fault.map { inject($0, into: reply) } ?? .reply(reply)
    }

    private func lookUp(_ name: String, in state: inout State) -> Reply {
        guard let job = state.jobs[name] else { return .unknownJob }
        let now = clock()
        let createdAt = job.createdAt ?? now
        state.jobs[name]?.createdAt = createdAt
        return .job(job.wireJob(createdAt: createdAt, at: now))
    }

    private func inject(_ fault: Fault, into reply: Reply) -> Handling {
        switch fault {
        case .delay(let duration):
            .later(DeferredReply(deadline: .now + duration, expired: { _ in reply }, start: { _ in }))
        case .hang:
            .later(DeferredReply(deadline: .now + .seconds(600), expired: { _ in reply }, start: { _ in }))
        case .error(let code, let status, let message): .reply(.error(code: code, status: status, message: message))
        case .reply(let status, let type, let body): .reply(.text(status: status, type: type, body: body))
        case .otherJob: .reply(.job(WireJob(name: "another", createdAt: clock(), tags: [:])))
        case .oversized(let count):
            .reply(.text(status: 200, type: awsJSON, body: String(repeating: " ", count: count)))
        case .redirect(let location): .reply(.redirect(to: location))
        case .encoded: .reply(.encoded)
        }
    }
}

private struct Input: Decodable {
    let MedicalTranscriptionJobName: String
}

/// A fault to inject into a reply, as the real service or a proxy may show it.
public enum Fault: Sendable {
    /// The reply comes late.
    case delay(Duration)
    /// No reply comes.
    case hang
    /// An error in the form of awsJson 1.1.
    case error(code: String, status: Int, message: String = "")
    /// A reply of any form, such as the page of a proxy.
    case reply(status: Int, type: String, body: String)
    /// The job of another name.
    case otherJob
    /// A body of this many bytes.
    case oversized(Int)
    /// A redirect.
    case redirect(to: String)
    /// A content coding that the request did not accept.
    case encoded
}
