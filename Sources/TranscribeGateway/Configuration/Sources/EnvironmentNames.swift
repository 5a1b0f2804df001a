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

extension String {
    /// The candidate that was most likely meant by this name; `nil` if none is near.
    func suggestion(among candidates: some Sequence<String>) -> String? {
        guard utf8.count <= 100 else { return nil }
        let ranked = candidates.map { (distance: editDistance(to: $0), name: $0) }
        guard let nearest = ranked.min(by: <) else { return nil }
        return nearest.distance <= Swift.max(2, utf8.count / 4) ? nearest.name : nil
    }

    /// Insertions, deletions, substitutions and swaps of neighbours between two texts (optimal string alignment).
    func editDistance(to other: String) -> Int {
        let (from, to) = (Array(utf8), Array(other.utf8))
        var (beforeLast, last) = ([Int](), Array(0...to.count))
        for row in from.indices {
            var current = [row + 1]
            for column in to.indices {
                let substitution = last[column] + (from[row] == to[column] ? 0 : 1)
                var best = Swift.min(substitution, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, from[row] == to[column - 1], from[row - 1] == to[column] {
                    best = Swift.min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[to.count]
    }
}
