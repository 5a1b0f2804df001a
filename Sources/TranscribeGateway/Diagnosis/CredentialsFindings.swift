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

    /// Whom AWS takes the credentials for. That nobody could be asked stops no look-up; that AWS refuses them does.
    mutating func note(identity: Result<CallerIdentity, CredentialsError>) {
        switch identity {
        case .success(let identity): note("identity", identity.arn)
        case .failure(.credentialsRefused(let code)): object("identity", "AWS does not accept them (\(code))")
        case .failure(let error): note("identity", "not known: \(error)")
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
