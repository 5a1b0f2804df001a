/// What kind of answer a client would rather have (RFC 9110 §12.5.1): a page only where `text/html` has a higher weight
/// than JSON. Who accepts anything gets JSON.
enum AcceptField {
    static func prefersHTML(_ accept: String?) -> Bool {
        // Most clients are programs that send nothing or `*/*`.
        guard let accept, accept != "*/*" else { return false }
        let ranges = accept.split(separator: ",").map(MediaRange.init)
        let page = weight(of: "text", "html", in: ranges)
        return page > 0 && page > weight(of: "application", "json", in: ranges)
    }

    /// The weight of the most specific range that covers the type; 0 if none does.
    private static func weight(of type: Substring, _ subtype: Substring, in ranges: [MediaRange]) -> Double {
        ranges.filter { $0.covers(type, subtype) }.max { $0.specificity < $1.specificity }?.weight ?? 0
    }
}

/// One element of an `Accept` field.
private struct MediaRange {
    let type: Substring
    let subtype: Substring
    /// The `q` parameter, from 0 to 1; what is no number counts as 1.
    let weight: Double

    init(_ element: Substring) {
        let parts = element.split(separator: ";").map { $0.trimmed }
        let names = (parts.first ?? "").lowercased().split(separator: "/", maxSplits: 1)
        type = names.first ?? ""
        subtype = names.count == 2 ? names[1] : ""
        let parameter = parts.dropFirst().first { $0.lowercased().hasPrefix("q=") }
        weight = parameter.flatMap { Double($0.dropFirst(2)) }.map { min(max($0, 0), 1) } ?? 1
    }

    var specificity: Int { (type == "*" ? 0 : 1) + (subtype == "*" ? 0 : 1) }

    func covers(_ type: Substring, _ subtype: Substring) -> Bool {
        (self.type == "*" || self.type == type) && (self.subtype == "*" || self.subtype == subtype)
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let rest = drop { $0 == " " || $0 == "\t" }
        return rest[..<(rest.lastIndex { $0 != " " && $0 != "\t" }.map { rest.index(after: $0) } ?? rest.startIndex)]
    }
}
