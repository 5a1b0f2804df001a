/// What heads a section of a shared file. Names are case-sensitive.
package struct SectionName: Sendable, Hashable {
    /// What the first word of a heading says.
    package enum Kind: Sendable {
        case profile
        /// `[default]` in the config file, which counts only where there is no `[profile default]`.
        case bareDefault
        case singleSignOnSession
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
        let words = header.split(whereSeparator: \.isBlank)
        switch (file, words.count, words.first) {
        case (.credentials, 1, let name?): self.init(.profile, validating: name)
        case (.config, 1, "default"): self.init(.bareDefault, "default")
        case (.config, 2, "profile"): self.init(.profile, validating: words[1])
        case (.config, 2, "sso-session"): self.init(.singleSignOnSession, validating: words[1])
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
