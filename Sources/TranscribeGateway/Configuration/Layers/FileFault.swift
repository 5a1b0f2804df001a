import FoundationEssentials

/// Why a configuration file can't be used.
enum FileFault: Equatable, Sendable {
    case missing
    case forbidden
    case unreadable
    case notJSON
    case notAnObject(found: String)

    init(reading error: any Error) {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile, .fileNoSuchFile: self = .missing
        case .fileReadNoPermission: self = .forbidden
        default: self = .unreadable
        }
    }
}

extension FileFault: CustomStringConvertible {
    var description: String {
        switch self {
        case .missing: "does not exist"
        case .forbidden: "may not be read by this user"
        case .unreadable: "cannot be read"
        case .notJSON: "is not valid JSON"
        case .notAnObject(let found):
            "must hold a JSON object, such as {\"listen\": {\"port\": 8080}}, but holds \(found)"
        }
    }
}
