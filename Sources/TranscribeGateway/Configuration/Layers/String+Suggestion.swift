extension String {
    /// The candidate this name was most likely meant to be; `nil` if none is near.
    func suggestion(among candidates: some Sequence<String>) -> String? {
        guard count <= 100 else { return nil }
        let ranked = candidates.map { (distance: editDistance(to: $0), name: $0) }
        guard let nearest = ranked.min(by: <) else { return nil }
        return nearest.distance <= Swift.max(2, count / 4) ? nearest.name : nil
    }

    /// Insertions, deletions, substitutions and swaps of neighbours between two texts (optimal string alignment).
    func editDistance(to other: String) -> Int {
        let (from, to) = (Array(self), Array(other))
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
