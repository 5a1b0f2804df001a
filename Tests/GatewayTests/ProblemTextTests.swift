import Curl
import HTTPExchange
import HTTPTypes
import RateLimiting
import SigV4
import Telemetry
import TestSupport
import Testing
import Transcribe

@testable import Gateway

/// A problem that clients get, and whether its reply has `Retry-After`: where the same request can succeed later.
struct ProblemSample: CustomTestStringConvertible, Sendable {
    let problem: Problem
    let canPass: Bool

    init(_ problem: Problem, canPass: Bool = false) {
        self.problem = problem
        self.canPass = canPass
    }

    init(_ error: TranscribeError) {
        // What AWS says of a name is told with the time until it is asked again, which the reply adds.
        self.init(FetchFailure.upstream(error).problem, canPass: !error.isAnswer)
    }

    init(_ refusal: AdmissionRefusal) {
        self.init(Problem(refusal), canPass: true)
    }

    var testDescription: String { "\(problem.type.rawValue): \(problem.detail)" }

    private static let origin = ResponseOrigin(status: 400)

    private static let refusals: [Refusal] = [
        .malformed("exactly one Host header field is needed"), .targetTooLong(limit: 8_192), .tooManyFields(limit: 100),
        .fieldsTooLarge(limit: 20_480), .bodyNotAllowed, .bodyTooLarge(limit: 0), .unknownTransferCoding,
        .unknownExpectation,
    ]

    private static let clients: [Problem] = [
        Problem(UnreadableHop(position: 1)), Problem(UnreadableHop(position: 2)), .clientNotAllowed, .wrongHost,
        .noSuchRoute, .methodNotAllowed(allow: Route.methods), .repeatedView, .notCached,
        .costsMoreThanLimit(60, most: 50), .invalidJobName(.empty), .invalidJobName(.tooLong(count: 201)),
        .invalidJobName(.illegalCharacter(0x2F, position: 6)), .invalidJobName(.dotSegment),
        .invalidJobName(.badPercentEncoding(position: 2)),
    ]

    private static let passing: [Problem] = [
        .overloaded, .tooManyWatches, .tooManyWatches(ofClient: 1), .tooManyWatches(ofClient: 100), .stopping,
        .upstreamTimeout, .storedJobGone, .clientLeft,
        .quotaExceeded(cost: 1, remaining: 0, retryAfter: 1), .quotaExceeded(cost: 4, remaining: 1, retryAfter: 3),
    ]

    private static let errors: [TranscribeError] = [
        .jobNotFound(origin), .invalidRequest(origin), .badRequest(origin), .throttled(origin, retryAfter: nil),
        .accessDenied(origin), .credentialsRejected(origin),
        .credentialsUnavailable(CredentialsUnavailable(reason: "words")), .upstreamFailed(origin),
        .malformedResponse(.notAJob, origin), .unreachable(.closedEarly), .timedOut, .outOfTime, .cancelled,
    ]

    private static let admissions: [AdmissionRefusal] = [
        .breakerOpen(retryAfter: .seconds(1)), .budgetUsedUp(retryAfter: .seconds(1), isThrottled: false),
        .budgetUsedUp(retryAfter: .seconds(1), isThrottled: true), .tooManyInFlight(retryAfter: .seconds(1)),
        .queueFull(retryAfter: .seconds(1)), .deadlineTooClose(retryAfter: .seconds(1)), .cancelled,
    ]

    static let all =
        refusals.map { ProblemSample(Problem($0)) } + clients.map { ProblemSample($0) }
        + passing.map { ProblemSample($0, canPass: true) } + errors.map(ProblemSample.init)
        + admissions.map(ProblemSample.init)
}

@Suite struct ProblemTextTests {
    /// Words with which a sentence tells the reader what to do.
    private static let actions: Set = [
        "Ask", "Check", "Close", "Correct", "Give", "Leave", "Look", "Name", "Send", "Try", "Use",
    ]

    @Test(arguments: ProblemSample.all)
    func saysWhatWasWrongAndWhatToDo(sample: ProblemSample) {
        let problem = sample.problem
        let sentences = problem.detail.split(separator: ". ")
        #expect(sentences.count > 1)
        #expect(problem.detail.hasSuffix("."))
        #expect(!problem.detail.contains("  ") && !problem.detail.contains("\n"))
        let first = sentences.map { $0.prefix { $0.isLetter } }
        #expect(first.contains { Self.actions.contains(String($0)) }, "\(first)")
        #expect(problem.detail != problem.type.title && !problem.type.title.hasSuffix("."))
    }

    @Test(arguments: ProblemSample.all)
    func saysWhenToTryAgainWhereThatCanHelp(sample: ProblemSample) {
        #expect((sample.problem.retryAfter != nil) == sample.canPass)
    }

    /// Purges are for operators, and have tests of their own.
    @Test func everyTypeIsThere() {
        let types = Set(ProblemSample.all.map(\.problem.type))
        #expect(types == Set(ProblemType.allCases).subtracting([.purgingNotAllowed]))
    }

    @Test(arguments: ProblemSample.all)
    func itsDocumentHasACodeAndATitle(sample: ProblemSample) {
        var text = TextBuffer()
        text.append(sample.problem)
        let document = String(decoding: text.bytes, as: UTF8.self)
        #expect(document.contains("\"code\":\"\(sample.problem.type.rawValue)\""))
        #expect(document.contains("\"title\":\"\(sample.problem.type.title)\""))
        #expect(sample.problem.type.statuses.contains(sample.problem.status))
    }

    /// Each kind that is said of a job that could not be looked up; 502 to 504 too, but for one that a directive causes.
    @Test(arguments: ProblemSample.all)
    func serverProblemsSayWhenToTryAgain(sample: ProblemSample) {
        guard sample.problem.status.code >= 429, sample.problem.status.code != 431 else { return }
        let type = sample.problem.type
        #expect(sample.canPass || type == .notCached || type == .unsupportedFeature)
    }

    @Test(arguments: [nil, "eu-west-1"]) func anUnknownJobSaysWhatCanBeTheReason(region: String?) async throws {
        try await TestBench { $0.region = region }.run { bench in
            for target in ["/jobs/unknown", "/jobs?name=unknown"] {
                let text = await bench.get(target).text
                #expect(text.contains("upper and lower case count, and AWS keeps a job for 90 days."))
                #expect(text.contains(region.map { "AWS account, region \($0)." } ?? "AWS account and region."))
            }
            #expect(await bench.get("/jobs/unknown").field("Retry-After") != nil)
        }
    }

    /// AWS refuses the gateway's calls: what the gateway does because of that is not its own limit.
    @Test(arguments: [(true, ProblemType.upstreamThrottled), (false, .upstreamBudget)])
    func aThrottledAccountIsNotCalledTheGatewaysBudget(isThrottled: Bool, type: ProblemType) async throws {
        let options = AdmissionOptions(rate: Rate(1, per: .seconds(1)), burst: 1, concurrency: 32)
        try await TestBench { ($0.admission, $0.timeout) = (options, .seconds(1)) }.run { bench in
            if isThrottled { bench.source.fail("a", .throttled(ResponseOrigin(status: 400), retryAfter: nil)) }
            _ = await bench.get("/jobs/a")
            let refused = await bench.get("/jobs/b")
            #expect(bench.source.calls == 1)
            #expect(refused.status == .serviceUnavailable)
            #expect(refused.text.contains("\"code\":\"\(type.rawValue)\""))
        }
    }

    @Test func oneRequestIsNoPlural() {
        #expect(Problem.tooManyWatches(ofClient: 1).detail.contains("with 1 request already"))
        #expect(Problem.tooManyWatches(ofClient: 2).detail.contains("with 2 requests already"))
    }
}
