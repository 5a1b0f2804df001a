/// The text exposition format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/).
extension TextBuffer {
    /// Appends `# HELP` if there is a text, and `# TYPE`.
    mutating func family(_ name: String, kind: MetricKind, help: String?) {
        if let help {
            append("# HELP \(name) ")
            append(expositionEscaping: help, quotationMarks: false)
            append(UInt8(ascii: "\n"))
        }
        append("# TYPE \(name) \(kind.rawValue)\n")
    }

    mutating func sample(_ name: String, labels: String, _ value: Double) {
        series(name, labels: labels)
        append(value)
        append(UInt8(ascii: "\n"))
    }

    mutating func sample(_ name: String, labels: String, _ value: Int) {
        series(name, labels: labels)
        append(value)
        append(UInt8(ascii: "\n"))
    }

    /// Appends how many values were at most `bound`.
    mutating func bucket(_ family: String, labels: String, bound: Double, _ count: Int) {
        append("\(family)_bucket{\(labels)\(labels.isEmpty ? "" : ",")le=\"")
        append(bound)
        append("\"} ")
        append(count)
        append(UInt8(ascii: "\n"))
    }

    /// Appends the text of a `HELP` line, or of a label's value if quotation marks are escaped too.
    mutating func append(expositionEscaping text: String, quotationMarks: Bool) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): append("\\\\")
            case UInt8(ascii: "\n"): append("\\n")
            case UInt8(ascii: "\"") where quotationMarks: append("\\\"")
            default: append(byte)
            }
        }
    }

    private mutating func series(_ name: String, labels: String) {
        append(name)
        append(labels.isEmpty ? " " : "{\(labels)} ")
    }

    private mutating func append(_ value: Double) {
        if value.isNaN {
            append("NaN")
        } else if value.isInfinite {
            append(value < 0 ? "-Inf" : "+Inf")
        } else if let whole = Int(exactly: value) {
            append(whole)
        } else {
            append(value.description)
        }
    }
}
