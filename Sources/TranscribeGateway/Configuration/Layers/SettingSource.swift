/// Where a value came from, and with that what its key is called there.
enum SettingSource: Equatable, Sendable {
    /// `--port`, or `--set listen.port`.
    case option(String)
    case environment(String)
    case file(path: String)
    /// A profile in AWS's shared files.
    case profile(String)
    case standard

    /// The key as the user wrote it.
    func name(of key: String) -> String {
        switch self {
        case .option(let name), .environment(let name): name
        case .file(let path): "\(key) in \(path)"
        case .profile: "\(key) of \(self)"
        case .standard: key
        }
    }
}

extension SettingSource: CustomStringConvertible {
    var description: String {
        switch self {
        case .option(let name), .environment(let name): name
        case .file(let path): path
        case .profile(let name): "profile '\(name)'"
        case .standard: "default"
        }
    }
}
