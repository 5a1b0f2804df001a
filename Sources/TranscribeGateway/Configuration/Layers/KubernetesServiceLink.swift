/// A variable that Kubernetes sets in every pod for a Service of its namespace, in the manner of Docker's links.
/// For a Service called `gateway` these names begin like ours
/// (kubernetes.io, "Accessing the Service", environment variables).
struct KubernetesServiceLink {
    /// The Service's name.
    let service: String

    /// `nil` if Kubernetes doesn't set such a name to such a value.
    init?(name: String, value: String) {
        guard let match = name.wholeMatch(of: /(\w+?)_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)\w*)?)/)
        else { return nil }
        // `…_PORT` alone could be a key of ours, misspelt: Kubernetes always sets it to a URL.
        guard match.2 != "PORT" || value.contains("://") else { return nil }
        service = match.1.lowercased().replacing("_", with: "-")
    }
}
