import Formats

/// The two shared files, merged.
package struct SharedConfiguration: Sendable {
    /// The sections of both files.
    package let sections: [SectionName: Section]
    /// The headings of both files that no tool reads as a profile.
    let ignored: [IgnoredSection]
    /// One phrase for each file that gave no section, for a report of why no credentials were found.
    let gaps: [String]
    /// The first file that exists and may not be read.
    let forbidden: String?

    /// Where both files have a key, the credentials file counts. Where it has static keys, those of the config file are
    /// dropped with all that belongs to them: keys with the session token of another set sign nothing.
    package init(
        config: SharedFileContents, credentials: SharedFileContents, gaps: [String] = [], forbidden: String? = nil
    ) {
        sections = config.sections.merging(credentials.sections) { $0.withoutKeys(where: $1.hasKeys).merged(with: $1) }
        ignored = config.ignored + credentials.ignored
        self.gaps = gaps
        self.forbidden = forbidden
    }

    /// The error for a profile that has to exist and was not found, because `error` says so: it may stand under a heading
    /// that is not read, or in a file that may not be read.
    package func absence(of profile: String, else error: CredentialsError) -> CredentialsError {
        if let section = ignored.first(where: { $0.profile == profile }) { return .ignoredSection(section) }
        return forbidden.map { .unreadableFile(path: $0, .permissionDenied) } ?? error
    }

    /// Reads both files where the environment says they are. A file that does not exist counts as an empty one.
    ///
    /// Throws for a file that breaks the format, and for one that cannot be read. A file below the home directory that
    /// may not be read is only a gap: containers often run as a user without access to `HOME`.
    init(environment: EnvironmentVariables, files: FileReader) throws(CredentialsError) {
        var gaps: [String] = []
        var forbidden: [String] = []
        let config = try SharedConfiguration.read(.config, environment, files, &gaps, &forbidden)
        let credentials = try SharedConfiguration.read(.credentials, environment, files, &gaps, &forbidden)
        self.init(config: config, credentials: credentials, gaps: gaps, forbidden: forbidden.first)
    }

    private static func read(
        _ file: SharedFile, _ environment: EnvironmentVariables, _ files: FileReader, _ gaps: inout [String],
        _ forbidden: inout [String]
    ) throws(CredentialsError) -> SharedFileContents {
        guard let (path, isNamed) = file.location(in: environment) else {
            gaps.append("HOME does not say where the \(file) file is")
            return SharedFileContents()
        }
        switch Result(catching: { () throws(FileReaderError) in try files.text(of: path) }) {
        case .success(let text?): return try SharedFileParser.contents(of: text, as: file, path: path)
        case .success(nil): gaps.append("\(path) does not exist")
        case .failure(.permissionDenied) where !isNamed:
            gaps.append("\(path) \(FileReaderError.permissionDenied)")
            forbidden.append(path)
        case .failure(let error): throw .unreadableFile(path: path, error)
        }
        return SharedFileContents()
    }
}

extension Section {
    /// Whether it has one of the two static keys.
    fileprivate var hasKeys: Bool {
        value(of: "aws_access_key_id") != nil || value(of: "aws_secret_access_key") != nil
    }

    /// Without static keys and what belongs to them, if `isSuperseded`.
    fileprivate func withoutKeys(where isSuperseded: Bool) -> Section {
        isSuperseded
            ? without(["aws_access_key_id", "aws_secret_access_key", "aws_session_token"]) : self
    }
}

/// The properties below one heading of a shared file. Keys are lower-case.
package struct Section: Sendable, Equatable {
    /// As the file has them: blank ones too.
    package private(set) var properties: [String: String] = [:]
    /// Where each property stands.
    private var lines: [String: FileLine] = [:]

    /// The property's value, or nil where it is absent or blank.
    package func value(of key: String) -> String? { properties.value(of: key) }

    /// Where the property stands; nil where it is absent or blank.
    func line(of key: String) -> FileLine? { value(of: key) == nil ? nil : lines[key] }

    /// The indented `name = value` lines below a property.
    package func subproperties(of key: String) -> [String: String] {
        var found: [String: String] = [:]
        for line in (properties[key] ?? "").lines {
            guard let (name, value) = line.property else { continue }
            found[name.inLowerCase] = String(value)
        }
        return found
    }

    mutating func set(_ key: String, to value: Substring, at line: FileLine) {
        properties[key] = String(value)
        lines[key] = line
    }

    mutating func append(_ line: Substring, to key: String) {
        properties[key, default: ""] += "\n" + line
    }

    /// All properties but these.
    func without(_ keys: Set<String>) -> Section {
        var rest = self
        rest.properties = properties.filter { !keys.contains($0.key) }
        return rest
    }

    /// The values of `other` count where both have a key.
    func merged(with other: Section) -> Section {
        var merged = self
        merged.properties.merge(other.properties) { _, new in new }
        merged.lines.merge(other.lines) { _, new in new }
        return merged
    }
}

extension Section: CustomStringConvertible, CustomReflectable {
    /// The keys alone: values can be secrets.
    package var description: String { "Section(\(properties.keys.sorted()))" }

    /// Empty, so that `dump` shows no value either.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// The heading of a section of a shared file. Names are case-sensitive.
package struct SectionName: Sendable, Hashable {
    /// The first word of a heading.
    package enum Kind: Sendable {
        case profile
        /// `[default]` in the config file, which counts only where there is no `[profile default]`.
        case bareDefault
        case ssoSession
        case services
    }

    /// The kind of section.
    package let kind: Kind
    /// The last word of the heading.
    package let name: String

    /// A name that is known to be well formed.
    package init(_ kind: Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }

    /// The profile of this name.
    package static func profile(_ name: String) -> SectionName { SectionName(.profile, name) }

    /// Reads the trimmed text between the brackets. Nil for a heading that no tool knows: such a section is ignored, so
    /// that older tools can read newer files.
    init?(header: Substring, in file: SharedFile) {
        let (word, rest) = header.firstWord
        switch (file, word) {
        case (.credentials, _):
            guard !header.isEmpty, word != "profile" || rest.isEmpty else { return nil }
            self.init(.profile, String(header))
        case (.config, "default") where rest.isEmpty: self.init(.bareDefault, "default")
        case (.config, "profile"): self.init(.profile, reading: rest)
        case (.config, "sso-session"): self.init(.ssoSession, reading: rest)
        case (.config, "services"): self.init(.services, reading: rest)
        default: return nil
        }
    }

    /// Any name in quotation marks, as a shell reads them; an identifier without.
    private init?(_ kind: Kind, reading text: Substring) {
        if text.isIdentifier {
            self.init(kind, String(text))
        } else if text.utf8.contains(where: \.isQuotation), let words = ShellWords(String(text))?.words,
            words.count == 1, let name = words.first, !name.isEmpty
        {
            self.init(kind, name)
        } else {
            return nil
        }
    }
}
