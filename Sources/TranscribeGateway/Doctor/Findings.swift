import AWSCredentials
import AWSEndpoints
import Curl
import Formats
import Gateway
import SigV4
import Transcribe

extension DoctorReport.Section {
    /// What one signed call means.
    init(_ outcome: Result<JobResponse, TranscribeError>) {
        self.init("One signed call")
        switch outcome {
        case .success(let answer):
            add("outcome", "credentials and permission work" + answer.job.words)
        case .failure(let error) where error.isAnswer:
            add("outcome", "credentials and permission work; \(error.operatorText)")
        case .failure(let error):
            fail("outcome", error.operatorText)
        }
        let requestID = (try? outcome.get())?.requestID ?? outcome.failure?.awsRequestID
        if let requestID { add("AWS request", requestID) }
    }
}

extension Job {
    fileprivate var words: String { status.map { "; the job is \($0.rawValue)" } ?? "" }
}

extension Result {
    fileprivate var failure: Failure? {
        guard case .failure(let error) = self else { return nil }
        return error
    }
}

extension DoctorReport.Section {
    /// What each source said, and what is known of the set that was found.
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
            if failures.isEmpty { fail("credentials", "no source is set up") }
            return
        }
        add("access key", "\(credentials.accessKeyID.prefix(4))… \(credentials.kind)")
        addExpiration(of: credentials, from: report.origin, at: now)
    }

    private mutating func addExpiration(of credentials: Credentials, from origin: CredentialsOrigin?, at now: Timestamp)
    {
        do throws(CredentialsError) {
            try credentials.checkShape(at: now)
            add("end", credentials.end(at: now))
        } catch {
            fail("use", "\(error)")
        }
        guard let expiredAt = origin?.expiredAt else { return }
        add("warning", "the source itself says that they ended at \(expiredAt); it cannot renew them at the moment")
    }

    /// Whom AWS takes the credentials for. That nobody could be asked stops no look-up; that AWS refuses them does, if
    /// `decides`: not where Amazon Transcribe itself was asked, or is not the AWS whose STS this is.
    init(_ identity: CallerIdentity, at sts: Endpoint?, decides: Bool) {
        self.init("Identity")
        if let sts { add("STS", "\(sts.url) (\(sts.provenance))") }
        switch identity {
        case .known(let arn): add("ARN", arn)
        case .rejected(let code) where decides: fail("ARN", "AWS does not take the credentials (\(code))")
        case .rejected(let code): add("ARN", "AWS STS does not take the credentials (\(code))")
        case .unknown(let reason): add("ARN", "not known: \(reason)")
        }
    }
}

extension Credentials {
    fileprivate var kind: String { sessionToken == nil ? "(long-lived)" : "(temporary)" }

    fileprivate func end(at now: Timestamp) -> String {
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
        add(clock)
    }

    private mutating func add(_ clock: Result<ClockComparison?, CurlError>) {
        switch clock {
        case .success(let comparison?): add("clock", "\(comparison)")
        case .success(nil): add("clock", "cannot be compared: the endpoint's answer has no date")
        case .failure(let error): fail("connection", "cannot be asked: \(error)")
        }
    }
}

/// How far the clock of whoever answered is from this machine's.
struct ClockComparison: Equatable {
    /// Positive where theirs is ahead. A second's half may be wrong, and half of the time that the answer took.
    let milliseconds: Int64

    /// Compares the `Date` of an answer (RFC 9110 §6.6.1) with the middle of the exchange; nil without a usable one.
    init?(date: String?, sent: Timestamp, received: Timestamp) {
        guard let date = date.flatMap(Timestamp.init(httpDate:)) else { return nil }
        let middle = sent.adding(milliseconds: received.milliseconds(since: sent) / 2)
        // The date has whole seconds, cut off: on average half a second is missing.
        milliseconds = date.adding(milliseconds: 500).milliseconds(since: middle)
    }

    /// What to add to this machine's time before signing with it: nothing, where AWS takes it as it is.
    var correction: Int64 { isTolerated ? 0 : milliseconds }

    /// AWS takes what was signed within 5 minutes of its own time.
    private var isTolerated: Bool { milliseconds.magnitude < 300_000 }
}

extension ClockComparison: CustomStringConvertible {
    var description: String {
        guard milliseconds.magnitude >= 2_000 else { return "agrees with AWS's" }
        let difference =
            "is \(ElapsedTime(milliseconds: milliseconds)) \(milliseconds > 0 ? "behind" : "ahead of") AWS's"
        if isTolerated { return difference }
        return difference + "; AWS refuses what is signed with it, and the gateway corrects for that"
    }
}
