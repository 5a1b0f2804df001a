extension String {
    /// Bytes of a name for which a suggestion is looked for.
    fileprivate static let longestSuggested = 100

    /// The candidate that was most likely meant by this name; nil if none is near. The case of ASCII letters does not count.
    ///
    /// Names of quite another length are not compared: a refusal that looks for one costs little.
    package func suggestion(among candidates: some Sequence<String>) -> String? {
        guard utf8.count <= Self.longestSuggested else { return nil }
        let farthest = Swift.max(2, utf8.count / 4)
        let ranked = candidates.filter { abs($0.utf8.count - utf8.count) <= farthest }
            .map { (distance: editDistance(to: $0), name: $0) }
        guard let nearest = ranked.min(by: <) else { return nil }
        return nearest.distance <= farthest ? nearest.name : nil
    }

    /// Insertions, deletions, substitutions and swaps of neighbours between two texts (optimal string alignment), of which
    /// the case of ASCII letters does not count.
    package func editDistance(to other: String) -> Int {
        let (from, to) = (utf8.map(\.lowercased), other.utf8.map(\.lowercased))
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

extension Span<UInt8> {
    /// The candidate that was most likely meant by a name of these bytes; nil if none is near.
    package func suggestion(among candidates: some Sequence<String>) -> String? {
        guard count <= String.longestSuggested else { return nil }
        var name: [UInt8] = []
        for index in indices { name.append(self[index]) }
        return String(decoding: name, as: UTF8.self).suggestion(among: candidates)
    }
}
