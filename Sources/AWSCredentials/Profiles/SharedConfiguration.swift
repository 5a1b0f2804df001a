import Formats

/// What the two shared files say together.
package struct SharedConfiguration: Sendable {
    /// The sections of both files.
    package let sections: [SectionName: Section]
    /// One phrase for each file that gave nothing, for a report of why no credentials were found.
    let gaps: [String]
    /// The first file that is there and may not be read.
    let forbidden: String?

    /// The same key in both: the credentials file wins. Its keys count without what belongs to others in the config
    /// file: a pair of keys with somebody else's session token signs nothing.
    package init(
        config: [SectionName: Section], credentials: [SectionName: Section], gaps: [String] = [],
        forbidden: String? = nil
    ) {
        sections = config.merging(credentials) { $0.withoutKeys(where: $1.hasKeys).merged(with: $1) }
        self.gaps = gaps
        self.forbidden = forbidden
    }

    /// Why a profile that has to exist is not there, as far as can be known.
    package func absence(of profile: String) -> CredentialsError {
        forbidden.map { .unreadableFile(path: $0, .permissionDenied) } ?? .unknownProfile(profile)
    }

    /// Reads both files where the environment says they are. A file that is not there is an empty one.
    ///
    /// Throws for a file that breaks the format, and for one that cannot be read. Below the home directory one that may
    /// not be read is only a gap: containers often run as a user who may not look into `HOME`.
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
    ) throws(CredentialsError) -> [SectionName: Section] {
        guard let (path, isNamed) = file.location(in: environment) else {
            gaps.append("HOME does not say where the \(file) file is")
            return [:]
        }
        switch Result(catching: { () throws(FileReaderError) in try files.text(of: path) }) {
        case .success(let text?): return try SharedFileParser.sections(of: text, as: file, path: path)
        case .success(nil): gaps.append("\(path) does not exist")
        case .failure(.permissionDenied) where !isNamed:
            gaps.append("\(path) \(FileReaderError.permissionDenied)")
            forbidden.append(path)
        case .failure(let error): throw .unreadableFile(path: path, error)
        }
        return [:]
    }
}

extension Section {
    /// Whether one half of a pair of static keys is here.
    fileprivate var hasKeys: Bool {
        value(of: "aws_access_key_id") != nil || value(of: "aws_secret_access_key") != nil
    }

    /// Without a set of static keys, if `isSuperseded`.
    fileprivate func withoutKeys(where isSuperseded: Bool) -> Section {
        isSuperseded
            ? without(["aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_account_id"]) : self
    }
}

/// The properties below one heading of a shared file. Keys are lower-case.
package struct Section: Sendable, Equatable {
    /// As the file has them: blank ones too.
    package private(set) var properties: [String: String] = [:]

    /// The property's value, or nil where it is absent or blank.
    package func value(of key: String) -> String? { properties.value(of: key) }

    /// The indented `name = value` lines below a property.
    package func subproperties(of key: String) -> [String: String] {
        var found: [String: String] = [:]
        for line in (properties[key] ?? "").split(separator: "\n") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            let value = line[line.index(after: equals)...].trimmingWhitespace
            found[line[..<equals].trimmingWhitespace.lowercased()] = String(value)
        }
        return found
    }

    mutating func set(_ key: String, to value: Substring) {
        properties[key] = String(value)
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

    /// The other's values win.
    func merged(with other: Section) -> Section {
        var merged = self
        merged.properties.merge(other.properties) { _, new in new }
        return merged
    }
}

extension Section: CustomStringConvertible, CustomReflectable {
    /// The keys alone: values can be secrets.
    package var description: String { "Section(\(properties.keys.sorted()))" }

    /// Empty, so that `dump` shows no value either.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// What heads a section of a shared file. Names are case-sensitive.
package struct SectionName: Sendable, Hashable {
    /// What the first word of a heading says.
    package enum Kind: Sendable {
        case profile
        /// `[default]` in the config file, which counts only where there is no `[profile default]`.
        case bareDefault
        case ssoSession
        case services
    }

    /// What the section is about.
    package let kind: Kind
    /// What the heading's last word says.
    package let name: String

    /// A name that is known to be well formed.
    package init(_ kind: Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }

    /// The profile of this name.
    package static func profile(_ name: String) -> SectionName { SectionName(.profile, name) }

    /// Reads what stands between the brackets. Nil where no tool would understand it: such a section is ignored, so
    /// that older tools can read newer files.
    init?(header: Substring, in file: SharedFile) {
        let words = header.utf8.split(whereSeparator: \.isBlank).map(Substring.init)
        switch (file, words.count, words.first) {
        case (.credentials, 1, let name?): self.init(.profile, validating: name)
        case (.config, 1, "default"): self.init(.bareDefault, "default")
        case (.config, 2, "profile"): self.init(.profile, validating: words[1])
        case (.config, 2, "sso-session"): self.init(.ssoSession, validating: words[1])
        case (.config, 2, "services"): self.init(.services, validating: words[1])
        default: return nil
        }
    }

    private init?(_ kind: Kind, validating name: Substring) {
        guard name.isIdentifier else { return nil }
        self.init(kind, String(name))
    }
}

extension Substring {
    /// The characters that names of sections and properties may have.
    var isIdentifier: Bool {
        !isEmpty && allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_/.%@:+".contains($0)) }
    }
}
