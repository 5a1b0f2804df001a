import Foundation

/// What the kernel knows of this process.
enum ProcessStatus {
    /// A line of /proc/self/status, in MiB.
    static func mebibytes(_ name: String) -> Int {
        let lines = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8))?.split(separator: "\n")
        let line = lines?.first { $0.hasPrefix(name + ":") }
        return (line.flatMap { Int($0.filter(\.isNumber)) } ?? 0) / 1024
    }

    // A sanitizer maps terabytes and keeps several bytes for each that is touched.
    static let isSanitized = mebibytes("VmSize") > 1 << 20
}
