public import SigV4

/// What each provider of a chain said, in the order in which they were asked.
public struct ChainReport: Sendable {
    /// One provider's part in the search.
    public enum Verdict: Sendable, Equatable {
        case found
        case notConfigured(reason: String)
        case failed(CredentialsError)
    }

    /// The providers that were asked, by name, and the one that yielded by that of the origin. Those after the one that
    /// decided are missing.
    public private(set) var steps: [(provider: String, verdict: Verdict)] = []
    /// What the last step found, if it did.
    public private(set) var credentials: Credentials?
    /// Where they came from.
    public private(set) var origin: CredentialsOrigin?

    /// Whether the last step was found or failed: nobody else is to be asked.
    var isDecided: Bool {
        switch steps.last?.verdict {
        case .found, .failed: true
        case .notConfigured, nil: false
        }
    }

    mutating func append(
        _ provider: String, _ verdict: Verdict, yielding credentials: Credentials? = nil,
        from origin: CredentialsOrigin? = nil
    ) {
        steps.append((provider, verdict))
        self.credentials = credentials
        self.origin = origin
    }

    /// The whole chain's answer. Without any it names each source that was tried.
    func answer() throws(CredentialsError) -> ProviderAnswer {
        if let credentials, let origin { return .found(credentials, from: origin) }
        if case .failed(let error) = steps.last?.verdict { throw error }
        return .notConfigured(reason: description)
    }
}

extension ChainReport: CustomStringConvertible, CustomReflectable {
    /// `environment: AWS_ACCESS_KEY_ID is not set; profile: found`.
    public var description: String {
        steps.map { "\($0.provider): \($0.verdict)" }.joined(separator: "; ")
    }

    /// The steps alone, so that `dump` shows no credentials.
    public var customMirror: Mirror { Mirror(self, children: ["steps": steps]) }
}

extension ChainReport.Verdict: CustomStringConvertible {
    /// A phrase for people.
    public var description: String {
        switch self {
        case .found: "found"
        case .notConfigured(let reason): reason
        case .failed(let error): "\(error)"
        }
    }
}
