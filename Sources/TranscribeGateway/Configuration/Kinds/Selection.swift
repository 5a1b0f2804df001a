/// Some of the things there are, or all of them, also those that nobody listed.
enum Selection: Equatable, Sendable {
    case everything
    /// In the order written, each once.
    case only([String])
}

extension ValueKind where Value == Selection {
    /// Elements separated by commas, or `wildcard` alone; spaces around an element don't count.
    static func selection(
        _ elements: String, everything wildcard: String, element: @escaping @Sendable (String) -> String?
    ) -> Self {
        Self(allowed: "\(wildcard) or \(elements), separated by commas", isList: true) { text in
            if text == wildcard { return .everything }
            return list(of: text, element: element).map(Selection.only)
        }
    }

    private static func list(of text: String, element: (String) -> String?) -> [String]? {
        var elements: [String] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let element = element(part.trimmingSpaces) else { return nil }
            if !elements.contains(element) { elements.append(element) }
        }
        return elements
    }
}

extension Substring {
    var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
