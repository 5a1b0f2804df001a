import Formats

/// The header lines that a signature covers, sorted by their names in lower case. Lines of one name keep their order.
struct CanonicalHeaders {
    private var lines: [(name: String, value: String)] = []

    /// Picks from `headers` the lines whose lower-case name `isSigned` accepts.
    init(_ headers: [(name: String, value: String)], where isSigned: (String) -> Bool) {
        lines.reserveCapacity(headers.count + 4)
        for header in headers {
            let name = header.name.lowercased()
            if isSigned(name) { insert(name, header.value) }
        }
    }

    /// Adds a line after those of the same name.
    mutating func insert(_ name: String, _ value: String) {
        let previous = lines.lastIndex { $0.name <= name }
        lines.insert((name, value), at: previous.map { $0 + 1 } ?? 0)
    }

    /// `host;x-amz-date`: each name once.
    var names: String {
        var names: [UInt8] = []
        names.reserveCapacity(128)
        for (index, line) in lines.enumerated() where !repeatsName(at: index) {
            if index > 0 { names.append(UInt8(ascii: ";")) }
            names.append(line.name)
        }
        return String(decoding: names, as: UTF8.self)
    }

    /// Appends `name:value` and a line feed for each name. The values of a repeated name are joined by commas.
    func append(to text: inout [UInt8]) {
        for (index, line) in lines.enumerated() {
            if repeatsName(at: index) {
                text[text.endIndex - 1] = UInt8(ascii: ",")
            } else {
                text.append(line.name)
                text.append(UInt8(ascii: ":"))
            }
            text.append(collapsingBlanks: line.value)
            text.append(UInt8(ascii: "\n"))
        }
    }

    private func repeatsName(at index: Int) -> Bool {
        index > 0 && lines[index - 1].name == lines[index].name
    }
}

extension [UInt8] {
    /// Appends `value` without the blanks at its ends and with one space for each run of them. A folded line (RFC 9112
    /// §5.2) counts as a run.
    fileprivate mutating func append(collapsingBlanks value: String) {
        guard value.hasNeedlessBlanks else { return append(value) }
        for (index, word) in value.utf8.split(whereSeparator: \.isCollapsed).enumerated() {
            if index > 0 { append(UInt8(ascii: " ")) }
            append(contentsOf: word)
        }
    }
}

extension String {
    /// Whether collapsing would change the text. It almost never does, so this look is cheaper than to split every value.
    fileprivate var hasNeedlessBlanks: Bool {
        let bytes = utf8Span.span
        var afterBlank = true
        for index in bytes.indices {
            guard bytes[index].isCollapsed else {
                afterBlank = false
                continue
            }
            if afterBlank || bytes[index] != UInt8(ascii: " ") { return true }
            afterBlank = true
        }
        return afterBlank && !bytes.isEmpty
    }
}

extension UInt8 {
    fileprivate var isCollapsed: Bool { self <= UInt8(ascii: " ") && (isBlank || isLineBreak) }
}
