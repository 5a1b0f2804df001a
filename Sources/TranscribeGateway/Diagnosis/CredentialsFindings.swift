import AWSCredentials
import SigV4

extension Diagnosis.Section {
    /// What each source said, and what is known of the set that was found.
    init(_ report: ChainReport, at now: Timestamp) {
        self.init("AWS credentials")
        for (provider, verdict) in report.steps {
            if case .failed(let error) = verdict {
                object(provider, "\(error)")
            } else {
                note(provider, "\(verdict)")
            }
        }
        guard let credentials = report.credentials else {
            if obstacles.isEmpty { object("credentials", "no source is set up") }
            return
        }
        note("access key", "\(credentials.accessKeyID.prefix(4))… \(credentials.kind)")
        noteEnd(of: credentials, from: report.origin, at: now)
    }

    private mutating func noteEnd(of credentials: Credentials, from origin: CredentialsOrigin?, at now: Timestamp) {
        do throws(CredentialsError) {
            try credentials.checkShape(at: now)
            note("end", credentials.end(at: now))
        } catch {
            object("use", "\(error)")
        }
        guard let overdue = origin?.overdueSince else { return }
        note("warning", "the source itself says that they ended at \(overdue); it cannot renew them at the moment")
    }

    /// Whom AWS takes the credentials for. That nobody could be asked stops no look-up; that AWS refuses them does, if
    /// `decides`: not where Amazon Transcribe itself was asked, or is not the AWS whose STS this is.
    init(_ identity: CallerIdentity, decides: Bool) {
        self.init("Identity")
        switch identity {
        case .known(let arn): note("ARN", arn)
        case .refused(let code) where decides: object("ARN", "AWS does not take the credentials (\(code))")
        case .refused(let code): note("ARN", "AWS STS does not take the credentials (\(code))")
        case .unknown(let reason): note("ARN", "not known: \(reason)")
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
