/// Sorts the `GATEWAY_` names of an environment that are no key of ours.
struct EnvironmentNames {
    /// Set by Kubernetes.
    private(set) var ignored: [String] = []
    private(set) var problems: [ConfigurationProblem] = []

    init(_ environment: [String: String], catalogue: [Setting]) {
        let known = Set(catalogue.map(\.environmentName))
        let strangers = environment.filter { $0.key.hasPrefix("GATEWAY_") && !known.contains($0.key) }
        for (name, value) in strangers.sorted(by: { $0.key < $1.key }) {
            if KubernetesServiceLink(name: name, value: value) != nil {
                ignored.append(name)
            } else {
                problems.append(.unknown(name, suggestion: name.suggestion(among: known)))
            }
        }
    }
}
