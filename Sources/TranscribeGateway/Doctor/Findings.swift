import AWSCredentials
import AWSEndpoints
import Curl
import Formats
import Gateway
import SigV4
import Transcribe

extension DoctorReport.Section {
    /// What the outcome of one signed call means.
    init(_ outcome: Result<JobResponse, TranscribeError>) {
        self.init("One signed call")
        switch outcome {
        case .success(let response):
            add("outcome", "credentials and permission work" + response.job.statusText)
        case .failure(let error) where error.isAnswer:
            add("outcome", "credentials and permission work; \(error.operatorText)")
        case .failure(let error):
            fail("outcome", error.operatorText)
        }
        let requestID = (try? outcome.get())?.requestID ?? outcome.failure?.awsRequestID
        if let requestID { add("AWS request", requestID) }
    }
}

extension DoctorReport.Section {
    /// Whether the role may list the running jobs. Look-ups work without that.
    init(list error: TranscribeError?) {
        self.init("The list of running jobs")
        let permission = "transcribe:ListMedicalTranscriptionJobs"
        switch error {
        case nil: add("list", "the permission \(permission) works")
        case .accessDenied:
            add("list", "the role lacks the permission \(permission): each watched job is looked up by itself")
        case let error?: add("list", "not known: \(error.operatorText)")
        }
    }
}

extension Job {
    fileprivate var statusText: String { status.map { "; the job is \($0.rawValue)" } ?? "" }
}

extension Result {
    fileprivate var failure: Failure? {
        guard case .failure(let error) = self else { return nil }
        return error
    }
}

extension DoctorReport.Section {
    /// The outcome of each source, and the credentials that were found.
    init(_ report: ChainReport, at now: Timestamp) {
        self.init("AWS credentials")
        for (provider, outcome) in report.steps {
            if case .failed(let error) = outcome {
                fail(provider, "\(error)")
            } else {
                add(provider, "\(outcome)")
            }
        }
        guard let credentials = report.credentials else {
            if failures.isEmpty { fail("credentials", "no source is configured") }
            return
        }
        add("access key", "\(credentials.accessKeyID.prefix(4))… \(credentials.kind)")
        addExpiration(of: credentials, from: report.origin, at: now)
    }

    private mutating func addExpiration(of credentials: Credentials, from origin: CredentialsOrigin?, at now: Timestamp)
    {
        do throws(CredentialsError) {
            try credentials.checkShape(at: now)
            add("expiration", credentials.expirationText(at: now))
        } catch {
            fail("use", "\(error)")
        }
        guard let expiredAt = origin?.expiredAt else { return }
        add("warning", "the source says that they expired at \(expiredAt); it cannot refresh them at the moment")
    }

    /// The identity that the credentials have for AWS STS.
    ///
    /// - Parameter decides: whether a look-up would fail if STS rejects the credentials. It need not if a call to Amazon
    ///   Transcribe shows that anyway, or if a setting names an endpoint of another provider. An STS that cannot be
    ///   reached never makes a look-up fail.
    init(_ identity: CallerIdentity, at sts: Endpoint?, decides: Bool) {
        self.init("Identity")
        if let sts { add("STS", "\(sts.url) (\(sts.provenance))") }
        switch identity {
        case .known(let arn): add("ARN", arn)
        case .rejected(let code) where decides: fail("ARN", "AWS rejects the credentials (\(code))")
        case .rejected(let code): add("ARN", "AWS STS rejects the credentials (\(code))")
        case .unknown(let reason): add("ARN", "not known: \(reason)")
        }
    }
}

extension Credentials {
    fileprivate var kind: String { sessionToken == nil ? "(long-lived)" : "(temporary)" }

    fileprivate func expirationText(at now: Timestamp) -> String {
        guard let expiration else { return "none" }
        return "\(expiration), in \(ElapsedTime(milliseconds: expiration.milliseconds(since: now)))"
    }
}

extension DoctorReport.Section {
    /// Where Amazon Transcribe is, the settings that decide it, and what an unsigned request showed.
    init(_ aws: AWSSettings, _ clock: Result<ClockComparison?, CurlError>) {
        self.init("Amazon Transcribe")
        add("region", "\(aws.region) (\(aws.regionSetting.place))")
        add("endpoint", "\(aws.transcribe.url) (\(aws.transcribe.provenance))")
        if let authorities = aws.authorities, aws.transcribe.usesTLS {
            add("authorities", "\(authorities.path) (\(authorities.setting?.place ?? "the system's"))")
        }
        add(clock)
    }

    private mutating func add(_ clock: Result<ClockComparison?, CurlError>) {
        switch clock {
        case .success(let comparison?): add("clock", "\(comparison)")
        case .success(nil): add("clock", "cannot be compared: the endpoint's response has no date")
        case .failure(let error): fail("connection", "cannot be asked: \(error)")
        }
    }
}

/// How far AWS's clock is from this machine's.
struct ClockComparison: Equatable {
    /// Positive if AWS's is ahead. Exact to half a second plus half of the time that the response took.
    let milliseconds: Int64

    /// Compares the `Date` of a response (RFC 9110 §6.6.1) with the middle of the exchange; nil without a valid date.
    init?(date: String?, sent: Timestamp, received: Timestamp) {
        guard let date = date.flatMap(Timestamp.init(httpDate:)) else { return nil }
        let middle = sent.adding(milliseconds: received.milliseconds(since: sent) / 2)
        // The date has whole seconds, rounded down: on average half a second is missing.
        milliseconds = date.adding(milliseconds: 500).milliseconds(since: middle)
    }

    /// What to add to this machine's time before signing with it: nothing if AWS accepts the difference.
    var correction: Int64 { isTolerated ? 0 : milliseconds }

    /// AWS accepts a signature that is at most 5 minutes from its own time.
    private var isTolerated: Bool { milliseconds.magnitude < 300_000 }
}

extension ClockComparison: CustomStringConvertible {
    var description: String {
        guard milliseconds.magnitude >= 2_000 else { return "agrees with AWS's" }
        let difference =
            "is \(ElapsedTime(milliseconds: milliseconds)) \(milliseconds > 0 ? "behind" : "ahead of") AWS's"
        if isTolerated { return difference }
        return difference + "; AWS rejects such signatures, and the gateway corrects for that"
    }
}
