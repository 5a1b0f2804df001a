import AWSCredentials
import Curl
import Formats
import Testing
import Transcribe

@testable import TranscribeGateway

@Suite struct CredentialsFindingsTests {
    private let now = Timestamp(rfc3339: "2026-11-24T12:00:00Z")!

    /// The chain's report on these variables, without a network.
    private func report(_ environment: [String: String]) async -> ChainReport {
        await CredentialsChain([EnvironmentProvider(environment: environment)]).report(at: now)
    }

    private let keys = [
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "HUSH", "AWS_SESSION_TOKEN": "TOKEN",
    ]

    @Test func showsTheBeginningOfTheKeyAndTheExpiration() async {
        let end = ["AWS_CREDENTIAL_EXPIRATION": "2026-11-24T17:30:05Z"]
        let section = DoctorReport.Section(await report(keys.merging(end) { $1 }), at: now)
        #expect(
            "\(section)" == """
                AWS credentials
                  environment  found
                  access key   AKID… (temporary)
                  expiration   2026-11-24T17:30:05.000Z, in 5 h 30 min
                """)
        #expect(section.failures.isEmpty)
    }

    @Test func failsOnExpiredCredentials() async {
        let end = ["AWS_CREDENTIAL_EXPIRATION": "2026-11-24T11:00:00Z"]
        let section = DoctorReport.Section(await report(keys.merging(end) { $1 }), at: now)
        #expect(section.failures == ["use: the credentials expired at 2026-11-24T11:00:00.000Z"])
    }

    @Test func failsOnABrokenSourceAndOnNoSource() async {
        let broken = DoctorReport.Section(await report(["AWS_ACCESS_KEY_ID": "A"]), at: now)
        #expect(broken.failures == ["environment: AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not"])
        let none = DoctorReport.Section(await report([:]), at: now)
        #expect(none.failures == ["credentials: no source is configured"])
        #expect("\(none)".contains("environment  AWS_ACCESS_KEY_ID is not set"))
    }

    @Test(arguments: [
        (CallerIdentity.known(arn: "arn:aws:iam::1:user/u"), "ARN  arn:aws:iam::1:user/u", true),
        (.unknown(reason: "gone"), "ARN  not known: gone", true),
        (.rejected(code: "ExpiredToken"), "ARN  AWS rejects the credentials (ExpiredToken)", false),
    ])
    func failsWhereSTSRejectsTheCredentials(identity: CallerIdentity, words: String, works: Bool) {
        let section = DoctorReport.Section(identity, at: nil, decides: true)
        #expect("\(section)".hasSuffix(words))
        #expect(section.failures.isEmpty == works)
    }

    @Test func leavesTheDecisionToAmazonTranscribe() {
        let section = DoctorReport.Section(CallerIdentity.rejected(code: "ExpiredToken"), at: nil, decides: false)
        #expect("\(section)".hasSuffix("ARN  AWS STS rejects the credentials (ExpiredToken)"))
        #expect(section.failures.isEmpty)
    }
}

@Suite struct ClockComparisonTests {
    private let noon = Timestamp(rfc3339: "2026-11-24T12:00:00Z")!

    @Test(
        arguments: [
            // How far this machine's clock is ahead, in seconds; the text; what to add before signing.
            (0, "agrees with AWS's", 0), (1, "agrees with AWS's", 0), (-1, "agrees with AWS's", 0),
            (10, "is 10 s ahead of AWS's", 0), (-90, "is 1 min 30 s behind AWS's", 0),
            (
                3_600, "is 1 h ahead of AWS's; AWS rejects such signatures, and the gateway corrects for that",
                -3_600_000
            ),
        ] as [(Int64, String, Int64)])
    func comparesWithTheMiddleOfTheExchange(ahead: Int64, words: String, correction: Int64) throws {
        let sent = noon.adding(milliseconds: ahead * 1_000)
        let received = sent.adding(milliseconds: 1_000)
        // The middle of the exchange is at half past the second, as is the date on average.
        let comparison = try #require(ClockComparison(date: noon.httpDate, sent: sent, received: received))
        #expect(comparison.milliseconds == -ahead * 1_000)
        #expect("\(comparison)" == words)
        #expect(comparison.correction == correction)
    }

    @Test(arguments: [nil, "", "yesterday", "2026-11-24T12:00:00Z"])
    func needsADate(date: String?) {
        #expect(ClockComparison(date: date, sent: noon, received: noon) == nil)
    }
}

@Suite struct ListFindingsTests {
    @Test(
        arguments: [
            (nil, "the permission transcribe:ListMedicalTranscriptionJobs works"),
            (
                TranscribeError.accessDenied(ResponseOrigin(status: 400)),
                "lacks the permission transcribe:ListMedicalTranscriptionJobs"
            ),
            (.timedOut, "not known: there was no answer within upstream.timeout"),
        ] as [(TranscribeError?, String)])
    func saysWhetherThereIsAList(error: TranscribeError?, words: String) {
        let section = DoctorReport.Section(list: error)
        #expect("\(section)".contains(words) && section.failures.isEmpty)
    }
}

@Suite struct CallFindingsTests {
    private static let origin = ResponseOrigin(status: 400, code: ErrorCode(wire: "SomeCode"), requestID: "id-1")

    private func section(_ outcome: Result<JobResponse, TranscribeError>) -> DoctorReport.Section {
        DoctorReport.Section(outcome)
    }

    @Test func saysThatEverythingWorks() {
        var job = Job()
        job.status = .completed
        let section = section(.success(JobResponse(job: job, origin: ResponseOrigin(status: 200, requestID: "id-1"))))
        #expect(
            "\(section)" == """
                One signed call
                  outcome      credentials and permission work; the job is COMPLETED
                  AWS request  id-1
                """)
        #expect(section.failures.isEmpty)
    }

    @Test(arguments: [
        (TranscribeError.jobNotFound(origin), "credentials and permission work; AWS knows no such job", true),
        (.invalidRequest(origin), "credentials and permission work; AWS does not accept this job name", true),
        (.accessDenied(origin), "lack the permission transcribe:GetMedicalTranscriptionJob (SomeCode)", false),
        (.upstreamFailed(ResponseOrigin(status: 403)), "has status 403 and no error code of AWS's", false),
        (.upstreamFailed(ResponseOrigin(status: 503)), "an error of its own (status 503)", false),
        (.credentialsRejected(origin), "AWS does not take the credentials (SomeCode)", false),
        (.throttled(origin, retryAfter: nil), "limits the requests of their account", false),
        (.badRequest(origin), "refuses the request as a bad one (SomeCode)", false),
        (.upstreamFailed(origin), "an error of its own (SomeCode)", false),
        (.malformedResponse(.notAJob, nil), "is not Amazon Transcribe: not the JSON of a job", false),
        (.unreachable(.couldNotConnect), "the connection could not be made", false),
        (.timedOut, "no answer within upstream.timeout", false),
    ])
    func saysWhatAFailureMeans(error: TranscribeError, words: String, works: Bool) {
        let section = section(.failure(error))
        #expect("\(section)".contains(words))
        #expect(section.failures.isEmpty == works)
    }
}
