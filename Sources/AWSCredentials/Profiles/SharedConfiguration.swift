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
    init(environment: Variables, files: FileReader) throws(CredentialsError) {
        var gaps: [String] = []
        var forbidden: [String] = []
        let config = try SharedConfiguration.read(.config, environment, files, &gaps, &forbidden)
        let credentials = try SharedConfiguration.read(.credentials, environment, files, &gaps, &forbidden)
        self.init(config: config, credentials: credentials, gaps: gaps, forbidden: forbidden.first)
    }

    private static func read(
        _ file: SharedFile, _ environment: Variables, _ files: FileReader, _ gaps: inout [String],
        _ forbidden: inout [String]
    ) throws(CredentialsError) -> [SectionName: Section] {
        guard let (path, isNamed) = file.location(in: environment) else {
            gaps.append("HOME does not say where the \(file) file is")
            return [:]
        }
        switch Result(catching: { () throws(FileFault) in try files.text(of: path) }) {
        case .success(let text?): return try SharedFileParser.sections(of: text, as: file, path: path)
        case .success(nil): gaps.append("\(path) does not exist")
        case .failure(.permissionDenied) where !isNamed:
            gaps.append("\(path) \(FileFault.permissionDenied)")
            forbidden.append(path)
        case .failure(let fault): throw .unreadableFile(path: path, fault)
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
