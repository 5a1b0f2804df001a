/// One of the two files that the AWS SDKs share ("Shared config and credentials files" in the AWS SDKs and Tools
/// Reference Guide).
package enum SharedFile: Sendable {
    /// `~/.aws/config`: profiles are headed `[profile NAME]`, and there are other kinds of section.
    case config
    /// `~/.aws/credentials`: every section is a profile, headed `[NAME]`.
    case credentials

    /// Where the file is, and whether somebody named it; nil without a variable and a home directory.
    func location(in environment: Variables) -> (path: String, isNamed: Bool)? {
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
