/// What the two shared files say together.
package struct SharedConfiguration: Sendable {
    /// The sections of both files.
    package let sections: [SectionName: Section]
    /// One phrase for each file that gave nothing, for a report of why no credentials were found.
    let gaps: [String]

    /// The same key in both: the credentials file wins.
    package init(config: [SectionName: Section], credentials: [SectionName: Section], gaps: [String] = []) {
        sections = config.merging(credentials) { $0.merged(with: $1) }
        self.gaps = gaps
    }

    /// Reads both files where the environment says they are. A file that is not there is an empty one.
    ///
    /// Throws for a file that breaks the format, and for one that cannot be reached if a variable names it. Below the
    /// home directory the latter is only a gap: containers often run as a user who may not look into `HOME`.
    init(environment: Variables, files: FileReader) throws(CredentialsError) {
        var gaps: [String] = []
        let config = try SharedConfiguration.read(.config, environment, files, gaps: &gaps)
        let credentials = try SharedConfiguration.read(.credentials, environment, files, gaps: &gaps)
        self.init(config: config, credentials: credentials, gaps: gaps)
    }

    private static func read(
        _ file: SharedFile, _ environment: Variables, _ files: FileReader, gaps: inout [String]
    ) throws(CredentialsError) -> [SectionName: Section] {
        guard let (path, isNamed) = file.location(in: environment) else {
            gaps.append("HOME does not say where the \(file) file is")
            return [:]
        }
        switch Result(catching: { () throws(FileFault) in try files.text(of: path) }) {
        case .success(let text?): return try SharedFileParser.sections(of: text, as: file, path: path)
        case .success(nil): gaps.append("\(path) does not exist")
        case .failure(let fault) where isNamed || !fault.isOfAccess: throw .unreadableFile(path: path, fault)
        case .failure(let fault): gaps.append("\(path) \(fault)")
        }
        return [:]
    }
}

extension FileFault {
    /// Whether the file could not be reached, so that nothing is known about what it holds.
    fileprivate var isOfAccess: Bool { self == .permissionDenied || self == .unreadable }
}
