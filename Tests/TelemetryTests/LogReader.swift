import Foundation

/// A reader of a pipe.
final class LogReader {
    private let pipe: Pipe
    private var rest = Data()

    init(_ pipe: Pipe) {
        self.pipe = pipe
    }

    /// The next lines, until `areEnough` accepts them or the other end is closed.
    func lines(until areEnough: ([Substring]) -> Bool) -> [String] {
        var lines: [Substring] = []
        while !areEnough(lines) {
            let data = pipe.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            rest.append(data)
            lines += completeLines()
        }
        return lines.map(String.init)
    }

    private func completeLines() -> [Substring] {
        guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        let text = String(decoding: rest[..<end], as: UTF8.self)
        rest = Data(rest[rest.index(after: end)...])
        return text.split(separator: "\n")
    }
}
