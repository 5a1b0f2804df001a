import AWSCredentials
import Formats
import SigV4

/// What the search for AWS credentials at the start found, and whether the gateway starts.
enum StartupCredentials {
    case found(Credentials, CredentialsOrigin)
    /// The search did not end in time. The gateway starts, is not ready, and goes on searching.
    case pending
    /// There are none. The program ends with this status.
    case none(reason: String, status: Int32)

    /// How long a start waits. Without any source the whole search takes about a second, unless AWS's variables set
    /// longer timeouts. A configured source may take up to a minute.
    static let timeout = Duration.milliseconds(2_500)

    /// - Parameter report: nil if the search did not end in time.
    init(_ report: ChainReport?, at now: Timestamp) {
        guard let report else {
            self = .pending
            return
        }
        guard let credentials = report.credentials, let origin = report.origin else {
            self = .none(
                reason: Self.advice(on: report),
                status: report.mayPass ? ExitStatus.temporaryFailure : ExitStatus.configuration)
            return
        }
        do throws(CredentialsError) {
            try credentials.checkShape(at: now)
            self = .found(credentials, origin)
        } catch {
            self = .none(reason: "The AWS credentials cannot be used: \(error).", status: ExitStatus.configuration)
        }
    }

    /// Searches the chain. A search that does not end in time is cancelled, which ends its requests and programs at once.
    /// Only a file system that does not respond can hold it longer.
    ///
    /// - Parameter askTime: asks AWS for its time, from which `now` learns. Called where a set seems to have expired: this
    ///   machine's clock may be wrong.
    init(
        from chain: CredentialsChain, within timeout: Duration = timeout, now: @escaping @Sendable () -> Timestamp,
        askTime: () async -> Void = {}
    ) async {
        let report = await withTaskGroup(of: ChainReport?.self) { group in
            group.addTask { await chain.report(at: now()) }
            group.addTask {
                try? await Task.sleep(for: timeout)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        if report?.credentials?.hasExpired(at: now()) == true { await askTime() }
        self.init(report, at: now())
    }

    private static func advice(on report: ChainReport) -> String {
        guard !report.isTransient else { return "There are no AWS credentials at the moment. \(report)." }
        return """
            There are no AWS credentials. \(report). \
            Set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give the machine a role; \
            transcribe-gateway doctor shows each source.
            """
    }
}

extension ChainReport {
    /// Whether the same search may succeed a little later: after an error that passes, or once the metadata of an instance
    /// that has just started answers.
    fileprivate var mayPass: Bool { isTransient || mayAppear }

    fileprivate var isTransient: Bool {
        guard case .failed(let error) = steps.last?.outcome else { return false }
        return error.isTransient
    }
}
