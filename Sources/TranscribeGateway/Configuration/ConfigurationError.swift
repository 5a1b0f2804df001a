/// All problems of a configuration.
struct ConfigurationError: Error, Equatable {
    let problems: [ConfigurationProblem]

    init(_ problems: [ConfigurationProblem]) {
        self.problems = problems
    }
}

extension ConfigurationError: CustomStringConvertible {
    /// A sentence a line.
    var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// One problem of a configuration. Names are as the user wrote them.
enum ConfigurationProblem: Equatable, Sendable {
    case notAllowed(String, value: String, allowed: String)
    case secretNotAllowed(String, allowed: String)
    case serviceLink(String, value: String, allowed: String, service: String)
    case wrongType(String, found: String, allowed: String)
    case unknown(String, suggestion: String?)
    case repeated(key: String, places: String)
    case noValue(String)
    case missing(String, wanted: String)
    /// Two values of which each is allowed, but not beside the other; a whole sentence.
    case conflict(String)
    case unreadableFile(path: String, ConfigurationFileError)
}

extension ConfigurationProblem: CustomStringConvertible {
    /// One sentence: the key, the value unless it is secret, and what is allowed.
    var description: String {
        switch self {
        case .notAllowed(let name, let value, let allowed):
            "\(name.printable) is \(value.quoted), but must be \(allowed)."
        case .secretNotAllowed(let name, let allowed):
            "\(name.printable) has a value (secret, not shown here) that is not allowed: it must be \(allowed)."
        case .serviceLink(let name, let value, let allowed, let service):
            "\(name.printable) is \(value.quoted), which Kubernetes sets for a Service called \(service) unless the pod "
                + "says enableServiceLinks: false, but must be \(allowed)."
        case .wrongType(let name, let found, let allowed):
            "\(name.printable) is \(found), but must be \(allowed)."
        case .unknown(let name, let suggestion?):
            "\(name.printable) is not a setting; did you mean \(suggestion)?"
        case .unknown(let name, nil):
            "\(name.printable) is not a setting; transcribe-gateway check lists all settings."
        case .repeated(let key, let places):
            "\(key.printable) is given twice, \(places.printable); give it once."
        case .noValue(let option):
            "\(option.printable) has no value; write \(option.printable)=VALUE."
        case .missing(let name, let wanted):
            "\(name) is not set, but must be \(wanted)."
        case .conflict(let sentence):
            sentence
        case .unreadableFile(let path, let error):
            "The configuration file \(path.printable) \(error)."
        }
    }
}

extension String {
    /// The text as a log or terminal may show it: control and other non-ASCII characters escaped, at most 200
    /// characters, and without the user information of a URL, which may be a password (RFC 3986 §3.2.1).
    var printable: String { printable(upTo: 200) }

    /// The same, with at most so many characters.
    func printable(upTo limit: Int) -> String {
        let text = withoutUserInformation.unicodeScalars
        let shown = text.prefix(limit).map { $0.escapedForDisplay }.joined()
        return text.count > limit ? shown + "…" : shown
    }

    var quoted: String { "\"\(printable)\"" }

    /// From the first `://` to the last `@` after it.
    private var withoutUserInformation: String {
        guard let start = utf8.firstRange(of: "://".utf8)?.upperBound,
            let end = utf8[start...].lastIndex(of: UInt8(ascii: "@"))
        else { return self }
        return self[..<start] + "(hidden)" + self[end...]
    }
}

extension Unicode.Scalar {
    fileprivate var escapedForDisplay: String {
        self == "…" || (isASCII && value >= 0x20 && value != 0x7F) ? String(self) : escaped(asASCII: true)
    }
}
