import Formats

/// Reads the text of one shared file, line by line.
///
/// A `#` or `;` comments out a line that begins with it, and the rest of a property's line after white space. A line that
/// is indented further than the property above continues it; there both belong to the value. (Python's `configparser`,
/// with which the AWS CLI and boto3 read these files, counts indentation so.)
package struct SharedFileParser {
    private enum Place {
        case beforeFirstSection
        /// Below a heading; nil for a section that is ignored.
        case section(SectionName?)
        /// Below a property; nil for one that is ignored. `isParent` where its own line left the value empty.
        case property(SectionName?, key: String?, indentation: Int, isParent: Bool)
    }

    private let file: SharedFile
    private let path: String
    private var contents = SharedFileContents()
    private var place = Place.beforeFirstSection
    private var lineNumber = 0

    private init(_ file: SharedFile, path: String) {
        self.file = file
        self.path = path
    }

    /// Parts with the same heading are merged, and the last value of a key counts. Throws `malformedFile` with `path`.
    package static func contents(
        of text: String, as file: SharedFile, path: String
    ) throws(CredentialsError) -> SharedFileContents {
        var parser = SharedFileParser(file, path: path)
        for line in text.lines {
            parser.lineNumber += 1
            try parser.read(line)
        }
        parser.contents.sections = parser.contents.sections.withOneDefault
        return parser.contents
    }

    private mutating func read(_ line: Substring) throws(CredentialsError) {
        let text = Substring(line.utf8.drop(while: \.isBlank))
        let indentation = line.utf8.count - text.utf8.count
        switch text.utf8.first.map(Unicode.Scalar.init) {
        case "#", ";", nil: return
        case _ where continuesProperty(at: indentation): try continueProperty(text.trimmingWhitespace)
        case "[": try openSection(text)
        default: try readProperty(text.withoutComment, at: indentation)
        }
    }

    private func continuesProperty(at indentation: Int) -> Bool {
        guard case .property(_, _, let own, _) = place else { return false }
        return indentation > own
    }

    private mutating func openSection(_ line: Substring) throws(CredentialsError) {
        guard let header = line.header else { throw syntaxError(.unclosedDefinition) }
        let name = SectionName(header: header, in: file)
        if let name {
            contents.sections[name] = contents.sections[name] ?? Section()
        } else {
            contents.ignored.append(IgnoredSection(header: header, in: file, at: currentLine))
        }
        place = .section(name)
    }

    /// The name ends at the first `=` or `:`.
    private mutating func readProperty(_ text: Substring, at indentation: Int) throws(CredentialsError) {
        let section = try currentSection()
        guard let property = text.property(endingNameAt: { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ":") })
        else { throw syntaxError(indentation > 0 ? .strayContinuation : .missingEquals) }
        if property.name.isEmpty { throw syntaxError(.unnamedProperty) }
        let key = property.name.isIdentifier ? property.name.inLowerCase : nil
        let line = currentLine
        if let section, let key { contents.sections[section]?.set(key, to: property.value, at: line) }
        place = .property(section, key: key, indentation: indentation, isParent: property.value.isEmpty)
    }

    private mutating func continueProperty(_ text: Substring) throws(CredentialsError) {
        guard case .property(let section, let key, _, let isParent) = place else { return }
        if isParent {
            guard let property = text.property else { throw syntaxError(.missingEqualsInSubproperty) }
            if property.name.isEmpty { throw syntaxError(.unnamedSubproperty) }
        }
        if let section, let key { contents.sections[section]?.append(text, to: key) }
    }

    private func currentSection() throws(CredentialsError) -> SectionName? {
        switch place {
        case .beforeFirstSection: throw syntaxError(.outsideProfile)
        case .section(let name), .property(let name, _, _, _): return name
        }
    }

    private var currentLine: FileLine { FileLine(path: path, number: lineNumber) }

    private func syntaxError(_ error: SharedFileError) -> CredentialsError {
        .malformedFile(path: path, line: lineNumber, error)
    }
}

extension UInt8 {
    fileprivate var opensComment: Bool { self == UInt8(ascii: "#") || self == UInt8(ascii: ";") }
}

extension Substring {
    /// The trimmed text between the brackets of a heading; nil where it is not closed. Only blanks or a comment follow the
    /// closing bracket. What stands in quotation marks is text, if each of them has its second one.
    fileprivate var header: Substring? {
        let end = closingBracket(heedingQuotation: true) ?? closingBracket(heedingQuotation: false)
        return end.map { Substring(utf8[..<$0].dropFirst()).trimmingWhitespace }
    }

    private func closingBracket(heedingQuotation: Bool) -> Index? {
        var openMark: UInt8?
        return utf8.indices.first { index in
            let byte = utf8[index]
            if heedingQuotation, byte == openMark ?? byte, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                openMark = openMark == nil ? byte : nil
            }
            guard openMark == nil, byte == UInt8(ascii: "]") else { return false }
            return utf8[index...].dropFirst().first { !$0.isBlank }?.opensComment ?? true
        }
    }

    /// Up to a `#` or `;` that follows white space.
    fileprivate var withoutComment: Substring {
        var followsBlank = false
        let content = utf8.prefix { byte in
            defer { followsBlank = byte.isBlank }
            return !(followsBlank && byte.opensComment)
        }
        return Substring(content)
    }

    /// The trimmed name and value on the two sides of the first `=`; nil without one.
    var property: (name: Substring, value: Substring)? { property { $0 == UInt8(ascii: "=") } }

    /// The trimmed name and value on the two sides of the first byte that ends the name; nil without one.
    fileprivate func property(endingNameAt endsName: (UInt8) -> Bool) -> (name: Substring, value: Substring)? {
        guard let end = utf8.firstIndex(where: endsName) else { return nil }
        return (self[..<end].trimmingWhitespace, self[utf8.index(after: end)...].trimmingWhitespace)
    }

    /// With lower-case letters for ASCII capitals: the names of properties are not case-sensitive.
    var inLowerCase: String { String(decoding: utf8.map(\.lowercased), as: UTF8.self) }

    /// Whether it can be the name of a section or a property.
    var isIdentifier: Bool {
        !isEmpty && utf8.allSatisfy { $0.isLetter || $0.isDigit || ASCIISet.identifierMarks.contains($0) }
    }
}

extension ASCIISet {
    /// What names of sections and properties hold beside letters and digits.
    fileprivate static let identifierMarks = ASCIISet("-_/.%@:+")
}

extension [SectionName: Section] {
    /// `[profile default]`, or where there is none the bare `[default]` in its place.
    fileprivate var withOneDefault: Self {
        var sections = self
        let bare = sections.removeValue(forKey: SectionName(.bareDefault, "default"))
        if sections[.profile("default")] == nil { sections[.profile("default")] = bare }
        return sections
    }
}

/// One of the two files that the AWS SDKs share ("Shared config and credentials files" in the AWS SDKs and Tools
/// Reference Guide).
package enum SharedFile: Sendable {
    /// `~/.aws/config`: profiles are headed `[profile NAME]`, and other kinds of section exist.
    case config
    /// `~/.aws/credentials`: every section is a profile, headed `[NAME]`.
    case credentials

    /// The file's path, and whether a variable names it; nil without such a variable and without a home directory.
    func location(in environment: EnvironmentVariables) -> (path: String, isNamed: Bool)? {
        let home = environment.value(of: "HOME")
        guard let named = environment.value(of: variable) else {
            return home.map { ($0 + "/.aws/" + fileName, false) }
        }
        guard named.utf8.starts(with: "~/".utf8), let home else { return (named, true) }
        return (home + String(Substring(named.utf8.dropFirst())), true)
    }

    private var variable: String {
        switch self {
        case .config: "AWS_CONFIG_FILE"
        case .credentials: "AWS_SHARED_CREDENTIALS_FILE"
        }
    }

    private var fileName: String {
        switch self {
        case .config: "config"
        case .credentials: "credentials"
        }
    }
}

/// How a line breaks the format of shared configuration files. The raw value is for people; its words are those of the
/// test cases that the AWS SDKs share.
public enum SharedFileError: String, Error, Sendable, CustomStringConvertible {
    case unclosedDefinition = "profile definition must end with ']'"
    case outsideProfile = "expected a profile definition"
    case missingEquals = "expected an '=' sign defining a property"
    case unnamedProperty = "property did not have a name"
    case strayContinuation = "expected a property definition, found continuation"
    case missingEqualsInSubproperty = "expected an '=' sign defining a sub-property"
    case unnamedSubproperty = "sub-property did not have a name"

    /// The raw value.
    public var description: String { rawValue }
}
