import Foundation

/// The kernel's figures for this process.
public enum ProcessStatus {
    /// The bytes of memory that are resident.
    public static var residentBytes: Int { bytes("VmRSS") }

    /// Whether a sanitizer is at work: it maps terabytes and keeps several bytes for each that is touched, so that no
    /// figure of memory means anything.
    public static let isSanitized = bytes("VmSize") > 1 << 40

    /// A line of /proc/self/status, which is in units of 1,024 bytes.
    private static func bytes(_ name: String) -> Int {
        let lines = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8))?.split(separator: "\n")
        let line = lines?.first { $0.hasPrefix(name + ":") }
        return (line.flatMap { Int($0.filter(\.isNumber)) } ?? 0) * 1_024
    }
}
