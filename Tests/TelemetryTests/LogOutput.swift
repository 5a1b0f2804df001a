import Formats
import Foundation

@testable import Telemetry

/// A pipe and a log writer that writes to it.
struct LogOutput: Sendable {
    static let time = Timestamp(millisecondsSinceEpoch: 1_795_500_525_188)
    static let timeText = "2026-11-24T06:08:45.188Z"

    let pipe = Pipe()
    let writer: LogWriter

    init(_ format: LogFormat = .json, capacity: Int = 1 << 16) {
        writer = LogWriter(
            descriptor: pipe.fileHandleForWriting.fileDescriptor, format: format, capacity: capacity,
            delay: .milliseconds(1)
        ) { Self.time }
    }

    /// Ends the output and returns its lines, of at most 64 KiB, which is what a pipe holds.
    func lines() throws -> [String] {
        writer.flush(within: .seconds(10))
        try pipe.fileHandleForWriting.close()
        let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).dropLast()
    }
}
