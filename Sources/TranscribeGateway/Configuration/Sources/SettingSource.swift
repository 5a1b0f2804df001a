/// A value given on the command line, with the option that gave it.
struct Override: Equatable, Sendable {
    /// As error messages write it: `--port`, or `--set listen.port`.
    let option: String
    let key: String
    /// `nil` if the user left out `=VALUE`.
    let value: String?

    /// For an option with a name of its own: `Override(option: "--port", key: "listen.port", value: "80")`.
    init(option: String, key: String, value: String?) {
        self.option = option
        self.key = key
        self.value = value
    }

    /// For the argument of `--set`, `KEY=VALUE`.
    init(set assignment: String) {
        let bytes = assignment.utf8
        let equals = bytes.firstIndex(of: UInt8(ascii: "="))
        let name = bytes[..<(equals ?? bytes.endIndex)]
        // After a `:` written in place of the `=` may follow a secret, so only bytes that a key can hold are kept.
        let beginning = name.prefix(while: Self.isKeyByte)
        let key = beginning.endIndex == name.endIndex ? "\(Substring(name))" : "\(Substring(beginning))…"
        let value = equals.map { String(assignment[bytes.index(after: $0)...]) }
        self.init(option: "--set \(key)", key: key, value: value)
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}

/// Where a value came from. It decides under which name error messages show the key.
enum SettingSource: Equatable, Sendable {
    /// `--port`, or `--set listen.port`.
    case option(String)
    case environment(String)
    case file(path: String)
    /// A profile, and the file and line of the setting.
    case profile(String, at: String? = nil)
    /// The metadata of the instance that the process runs on.
    case instance
    /// No setting: what follows from the region.
    case region
    case standard

    /// The key as the user wrote it.
    func name(of key: String) -> String {
        switch self {
        case .option(let name), .environment(let name): name
        case .file(let path): "\(key) in \(path)"
        case .profile: "\(key) of \(self)"
        case .instance, .region, .standard: key
        }
    }
}

extension SettingSource: CustomStringConvertible {
    var description: String {
        switch self {
        case .option(let name), .environment(let name): name
        case .file(let path): path
        case .profile(let name, let line): "profile '\(name)'" + (line.map { " in \($0)" } ?? "")
        case .instance: "instance metadata"
        case .region: "by the region"
        case .standard: "default"
        }
    }
}
