import Formats

/// Reads the text of one shared file, line by line.
///
/// A `#` or `;` comments out a line that begins with it, and the rest of a property's line after white space; in an
/// indented line, which continues the property above, both belong to the value.
package struct SharedFileParser {
    private enum Place {
        case beforeFirstSection
        /// Below a heading; nil for a section that is ignored.
        case section(SectionName?)
        /// Below a property; nil for one that is ignored. `isParent` where its own line left the value empty.
        case property(SectionName?, key: String?, isParent: Bool)
    }

    private let file: SharedFile
    private let path: String
    private var sections: [SectionName: Section] = [:]
    private var place = Place.beforeFirstSection
    private var lineNumber = 0

    private init(_ file: SharedFile, path: String) {
        self.file = file
        self.path = path
    }

    /// Parts with the same heading are merged, the last value of a key wins. Throws `malformedFile` with `path`.
    package static func sections(
        of text: String, as file: SharedFile, path: String
    ) throws(CredentialsError) -> [SectionName: Section] {
        var parser = SharedFileParser(file, path: path)
        for line in text.lines {
            parser.lineNumber += 1
            try parser.read(line)
        }
        return parser.sections.withOneDefault
    }

    private mutating func read(_ line: Substring) throws(CredentialsError) {
        if line.utf8.allSatisfy(\.isBlank) { return }
        switch line.first {
        case "#", ";": return
        case "[": try openSection(line)
        case " ", "\t": try continueProperty(line.trimmingWhitespace)
        default: try readProperty(line.withoutComment)
        }
    }

    private mutating func openSection(_ line: Substring) throws(CredentialsError) {
        let heading = line.prefix { $0 != "#" && $0 != ";" }.trimmingWhitespace
        guard heading.last == "]" else { throw syntaxError(.unclosedDefinition) }
        let name = SectionName(header: heading.dropFirst().dropLast(), in: file)
        if let name { sections[name] = sections[name] ?? Section() }
        place = .section(name)
    }

    private mutating func readProperty(_ text: Substring) throws(CredentialsError) {
        let section = try currentSection()
        let property = try split(text, orThrow: .missingEquals, .unnamedProperty)
        let key = property.name.isIdentifier ? property.name.lowercased() : nil
        if let section, let key { sections[section]?.set(key, to: property.value) }
        place = .property(section, key: key, isParent: property.value.isEmpty)
    }

    private mutating func continueProperty(_ text: Substring) throws(CredentialsError) {
        guard case .property(let section, let key, let isParent) = place else {
            _ = try currentSection()
            throw syntaxError(.strayContinuation)
        }
        if isParent { _ = try split(text, orThrow: .missingEqualsInSubproperty, .unnamedSubproperty) }
        if let section, let key { sections[section]?.append(text, to: key) }
    }

    private func currentSection() throws(CredentialsError) -> SectionName? {
        switch place {
        case .beforeFirstSection: throw syntaxError(.outsideProfile)
        case .section(let name), .property(let name, _, _): return name
        }
    }

    private func split(
        _ text: Substring, orThrow missingEquals: SharedFileError, _ unnamed: SharedFileError
    ) throws(CredentialsError) -> (name: Substring, value: Substring) {
        guard let equals = text.firstIndex(of: "=") else { throw syntaxError(missingEquals) }
        let name = text[..<equals].trimmingWhitespace
        guard !name.isEmpty else { throw syntaxError(unnamed) }
        return (name, text[text.index(after: equals)...].trimmingWhitespace)
    }

    private func syntaxError(_ error: SharedFileError) -> CredentialsError {
        .malformedFile(path: path, line: lineNumber, error)
    }
}

extension Substring {
    /// Up to a `#` or `;` that follows white space.
    fileprivate var withoutComment: Substring {
        var followsBlank = false
        let end = utf8.firstIndex { byte in
            defer { followsBlank = byte.isBlank }
            return followsBlank && (byte == UInt8(ascii: "#") || byte == UInt8(ascii: ";"))
        }
        return self[..<(end ?? endIndex)]
    }
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
    /// `~/.aws/config`: profiles are headed `[profile NAME]`, and there are other kinds of section.
    case config
    /// `~/.aws/credentials`: every section is a profile, headed `[NAME]`.
    case credentials

    /// Where the file is, and whether somebody named it; nil without a variable and a home directory.
    func location(in environment: EnvironmentVariables) -> (path: String, isNamed: Bool)? {
        let home = environment.value(of: "HOME")
        guard let named = environment.value(of: variable) else {
            return home.map { ($0 + "/.aws/" + fileName, false) }
        }
        guard named.hasPrefix("~/"), let home else { return (named, true) }
        return (home + named.dropFirst(), true)
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

/// How a line breaks the format of shared configuration files. The raw value is for people; the words are those of the
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
