import Formats

/// What one shared file holds.
package struct SharedFileContents: Sendable {
    /// The sections that are read, by their headings.
    package internal(set) var sections: [SectionName: Section] = [:]
    /// The headings of the others, which no tool reads as a profile.
    package internal(set) var ignored: [IgnoredSection] = []

    /// Those of an empty file.
    package init() {}
}

/// A line of a shared file.
public struct FileLine: Sendable, Equatable, CustomStringConvertible {
    /// The file's path.
    public let path: String
    /// Counted from 1.
    public let number: Int

    /// The line of this number in the file at `path`.
    public init(path: String, number: Int) {
        self.path = path
        self.number = number
    }

    /// `/home/me/.aws/config, line 3`.
    public var description: String { "\(path), line \(number)" }
}

/// A section that is not read, though its heading may have been meant for a profile.
public struct IgnoredSection: Sendable, Equatable {
    /// What stands between the brackets.
    public let heading: String
    /// The profile that was probably meant.
    public let profile: String
    /// The heading that this profile needs.
    public let correction: String
    /// Where the heading stands.
    public let line: FileLine

    /// The section with this trimmed text between its brackets.
    init(header: Substring, in file: SharedFile, at line: FileLine) {
        let (word, rest) = header.firstWord
        let meant = word == "profile" && !rest.isEmpty ? rest : header
        heading = String(header)
        profile = String(meant)
        correction =
            switch file {
            case .credentials: "[\(meant)]"
            case .config: meant.isIdentifier ? "[profile \(meant)]" : "[profile \"\(meant)\"]"
            }
        self.line = line
    }
}

extension IgnoredSection: CustomStringConvertible {
    /// A clause for people: what is not read, where it stands, and what to write instead.
    public var description: String {
        "the section [\(heading)] of \(line) is not read as the profile '\(profile)': its heading must be \(correction)"
    }
}

extension Substring {
    /// What stands before the first white space, and after it.
    var firstWord: (word: Substring, rest: Substring) {
        let word = utf8.prefix { !$0.isBlank }
        return (Substring(word), Substring(utf8.dropFirst(word.count)).trimmingWhitespace)
    }
}

extension UInt8 {
    /// A quotation mark or the escape of a shell.
    var isQuotation: Bool { self == UInt8(ascii: "\"") || self == UInt8(ascii: "'") || self == UInt8(ascii: "\\") }
}
