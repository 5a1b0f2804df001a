import Telemetry
import Transcribe

/// What a job is called in the log: a hash of its name, unless the operator wants to read names.
enum JobLabel: Sendable {
    case hash(UInt64)
    case name(JobName)

    /// For the lines that are rare; the access log writes the digits of a hash by itself.
    var text: String {
        switch self {
        case .hash(let hash):
            let digits = String(hash, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        case .name(let name): return name.text
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
