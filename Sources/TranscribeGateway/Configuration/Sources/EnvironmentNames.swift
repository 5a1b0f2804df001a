import Formats

/// Sorts the variables that begin with `GATEWAY_` and set no key.
struct EnvironmentNames {
    /// Set by Kubernetes.
    private(set) var ignored: [String] = []
    private(set) var problems: [ConfigurationProblem] = []

    /// - Parameter known: the variables that set a key.
    init(unknown variables: [String: String], known: [String]) {
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) {
            if KubernetesServiceLink(name: name, value: value) != nil {
                ignored.append(name)
            } else {
                problems.append(.unknown(name, suggestion: name.suggestion(among: known)))
            }
        }
    }
}

/// A variable that Kubernetes sets in every pod for a Service of its namespace, as Docker does for linked containers.
/// For a Service called `gateway` these names begin with `GATEWAY_` too
/// (kubernetes.io, "Accessing the Service", environment variables).
struct KubernetesServiceLink {
    /// The Service's name.
    let service: String

    /// `nil` if Kubernetes doesn't set such a name to such a value.
    init?(name: String, value: String) {
        let form = /(\w+?)_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)\w*)?)/
            .matchingSemantics(.unicodeScalar).asciiOnlyWordCharacters().asciiOnlyDigits()
        guard let match = name.wholeMatch(of: form) else { return nil }
        // A name that ends with just `_PORT` could be a misspelt key. Kubernetes always sets it to a URL.
        guard match.2 != "PORT" || value.utf8.firstRange(of: "://".utf8) != nil else { return nil }
        service = match.1.lowercased().replacing("_", with: "-")
    }
}
