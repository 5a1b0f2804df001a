/// A strict reader of the text exposition format 0.0.4, written from
/// https://prometheus.io/docs/instrumenting/exposition_formats/. A page that the format does not allow is an error.
struct ExpositionParser {
    struct Sample: Equatable {
        let name: String
        let labels: [String: String]
        let value: Double
    }

    struct Family {
        let name: String
        let type: String
        let help: String?
        var samples: [Sample] = []
    }

    struct Malformed: Error { let line: String, reason: String }

    private(set) var families: [Family] = []
    private var help: (name: String, text: String)?

    init(_ page: [UInt8]) throws {
        let text = String(decoding: page, as: UTF8.self)
        guard text.utf8.elementsEqual(page) else { throw Malformed(line: "", reason: "not UTF-8") }
        guard text.hasSuffix("\n") else {
            throw Malformed(line: text, reason: "the last line must end with a line feed")
        }
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) { try read(String(line)) }
        try check()
    }

    /// The value of the one sample with this name and these labels.
    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        let found = families.flatMap(\.samples).filter { $0.name == name && $0.labels == labels }
        return found.count == 1 ? found[0].value : nil
    }

    private mutating func read(_ line: String) throws {
        if line.hasPrefix("# HELP ") {
            let words = line.dropFirst(7).split(separator: " ", maxSplits: 1).map(String.init)
            guard words.count == 2, help == nil else { throw Malformed(line: line, reason: "HELP") }
            help = (words[0], try unescaped(words[1], line: line, quotationMark: false))
        } else if line.hasPrefix("# TYPE ") {
            try readType(line)
        } else {
            try readSample(line)
        }
    }

    private mutating func readType(_ line: String) throws {
        let words = line.dropFirst(7).split(separator: " ").map(String.init)
        guard words.count == 2, ["counter", "gauge", "histogram"].contains(words[1]), isName(words[0]),
            help == nil || help?.name == words[0], !families.contains(where: { $0.name == words[0] })
        else { throw Malformed(line: line, reason: "TYPE") }
        families.append(Family(name: words[0], type: words[1], help: help?.text))
        help = nil
    }

    private mutating func readSample(_ line: String) throws {
        guard help == nil, let family = families.last else { throw Malformed(line: line, reason: "no TYPE before it") }
        let name = String(line.prefix { $0 != "{" && $0 != " " })
        let suffixes = family.type == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
        guard suffixes.contains(where: { family.name + $0 == name }) else {
            throw Malformed(line: line, reason: "name")
        }
        var rest = line.dropFirst(name.count)
        let labels = rest.first == "{" ? try labels(&rest, line) : [:]
        guard rest.first == " ", let value = number(String(rest.dropFirst())) else {
            throw Malformed(line: line, reason: "value")
        }
        let sample = Sample(name: name, labels: labels, value: value)
        guard !family.samples.contains(where: { $0.name == name && $0.labels == labels })
        else { throw Malformed(line: line, reason: "repeated") }
        families[families.count - 1].samples.append(sample)
    }

    private func labels(_ rest: inout Substring, _ line: String) throws -> [String: String] {
        var labels: [String: String] = [:]
        repeat {
            rest.removeFirst()
            let name = String(rest.prefix { $0 != "=" })
            rest = rest.dropFirst(name.count)
            guard isName(name), !name.contains(":"), labels[name] == nil, rest.hasPrefix("=\"") else {
                throw Malformed(line: line, reason: "label \(name)")
            }
            rest = rest.dropFirst(2)
            var raw = ""
            while let character = rest.first, character != "\"" {
                raw.append(rest.removeFirst())
                if character == "\\", let escaped = rest.popFirst() { raw.append(escaped) }
            }
            guard rest.popFirst() == "\"" else { throw Malformed(line: line, reason: "open quotation") }
            labels[name] = try unescaped(raw, line: line, quotationMark: true)
        } while rest.first == ","
        guard rest.popFirst() == "}" else { throw Malformed(line: line, reason: "open braces") }
        return labels
    }

    private func unescaped(_ text: String, line: String, quotationMark: Bool) throws -> String {
        var result = ""
        var rest = Substring(text)
        while let character = rest.popFirst() {
            guard character == "\\" else {
                result.append(character)
                continue
            }
            switch rest.popFirst() {
            case "\\": result.append("\\")
            case "n": result.append("\n")
            case "\"" where quotationMark: result.append("\"")
            default: throw Malformed(line: line, reason: "unknown escape")
            }
        }
        return result
    }

    private func number(_ text: String) -> Double? {
        switch text {
        case "+Inf": .infinity
        case "-Inf": -.infinity
        case "NaN": .nan
        default: text.contains { $0.isLetter && $0 != "e" } ? nil : Double(text)
        }
    }

    private func isName(_ text: String) -> Bool {
        guard let first = text.first, !first.isNumber else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") }
    }

    /// The names of counters end in `_total`. Buckets ascend to `+Inf`, which equals the count.
    private func check() throws {
        for family in families where family.type == "counter" && !family.name.hasSuffix("_total") {
            throw Malformed(line: family.name, reason: "a counter without _total")
        }
        for family in families where family.type == "histogram" { try check(histogram: family) }
    }

    private func check(histogram family: Family) throws {
        let series = Dictionary(grouping: family.samples) { $0.labels.filter { $0.key != "le" } }
        for (labels, samples) in series {
            let buckets = samples.filter { $0.name.hasSuffix("_bucket") }
            let bounds = buckets.compactMap { $0.labels["le"].flatMap(number) }
            let counts = buckets.map(\.value)
            guard bounds.count == counts.count, bounds == bounds.sorted(), counts == counts.sorted(),
                bounds.last == .infinity,
                counts.last == value(family.name + "_count", labels), value(family.name + "_sum", labels) != nil
            else { throw Malformed(line: family.name, reason: "histogram") }
        }
    }
}
