import Formats

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
    /// JSON where the path of a file belongs. It may have a secret, so it is not kept.
    case contentAsPath(String)
    /// A pipe, or standard input, that is to be read again.
    case readOnce(path: String)
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
        case .contentAsPath(let name):
            "\(name) holds JSON, but must name a file that does."
        case .readOnce(let path):
            "The configuration came from \(path.printable), which can be read only once; start again, or name a file with "
                + "--config."
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

    /// The same for a value, which may be a URL with its scheme left out or misspelt: of a text with an `@` only a scheme and
    /// what follows the last `@` is shown.
    var quoted: String {
        let hasScheme = authority.map { self[..<$0].utf8.dropLast(3).allSatisfy(\.isSchemeByte) } ?? false
        return "\"\(hidingUserInformation(from: hasScheme ? authority : startIndex).hidingQuery.printable)\""
    }

    private var withoutUserInformation: String { hidingUserInformation(from: authority) }

    /// Without the query and the fragment of a URL, which may hold a key.
    private var hidingQuery: String {
        guard let authority,
            let end = utf8[authority...].firstIndex(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") })
        else { return self }
        return self[...end] + "(hidden)"
    }

    /// Where the part of a URL begins that may have user information: after the first `://`.
    private var authority: Index? { utf8.firstRange(of: "://".utf8)?.upperBound }

    /// Without what stands between a place and the last `@` after it.
    private func hidingUserInformation(from start: Index?) -> String {
        guard let start, let end = utf8[start...].lastIndex(of: UInt8(ascii: "@")) else { return self }
        return self[..<start] + "(hidden)" + self[end...]
    }
}

extension UInt8 {
    /// A letter, a digit, or one of `+-.` (RFC 3986 §3.1).
    fileprivate var isSchemeByte: Bool {
        let small = self | 0x20
        return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(small) || isDigit || "+-.".utf8.contains(self)
    }
}

extension Unicode.Scalar {
    fileprivate var escapedForDisplay: String {
        self == "…" || (isASCII && value >= 0x20 && value != 0x7F) ? String(self) : escaped(asASCII: true)
    }
}
