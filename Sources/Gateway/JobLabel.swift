import Telemetry
import Transcribe

/// What a job is called in the log: a hash of its name, unless the operator wants to read names.
enum JobLabel: Sendable {
    case hash(UInt64)
    case name(JobName)

    /// For the lines that are rare; the access log writes the digits of a hash by itself.
    var text: String {
        switch self {
        case .hash(let hash): hash.hexadecimalDigits
        case .name(let name): name.text
        }
    }
}

extension LogLine {
    mutating func member(_ name: LogName, _ label: JobLabel) {
        switch label {
        case .hash(let hash): member(name, hexadecimal: hash)
        case .name(let jobName): member(name, jobName.text)
        }
    }
}
