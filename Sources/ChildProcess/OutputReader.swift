import Threads

/// Reads both outputs of a program until it has ended. Used by one thread only.
struct OutputReader {
    private let output: OutputPipe
    private let error: OutputPipe
    private let limit: Int
    private var bytes: [UInt8] = []
    /// The last lines that the program wrote to its standard error. A line whose beginning is not kept is left out, because
    /// its rest may be the end of a secret that nothing marks as one any more.
    var standardError: [UInt8] {
        guard isErrorCut else { return errorEnd }
        return Array(errorEnd.drop { !Self.lineBreaks.contains($0) }.dropFirst())
    }

    /// The end of what the program wrote to its standard error, and whether it wrote more.
    private var errorEnd: [UInt8] = []
    private var isErrorCut = false

    private static let lineBreaks: [UInt8] = [UInt8(ascii: "\n"), UInt8(ascii: "\r")]

    /// How many pieces of each output are read before the deadline and the cancellation are looked at.
    private static let piecesPerTurn = 16
    /// How much of standard error is kept.
    private static let errorLimit = 4_096
    /// How long a program's output may stay open after its end.
    private static let grace = Duration.seconds(1)

    init(output: OutputPipe, error: OutputPipe, limit: Int) {
        self.output = output
        self.error = error
        self.limit = limit
    }

    /// Returns all of the output, once the program has ended well and every writer has closed its end.
    mutating func read(
        from child: RunningChild, by deadline: ContinuousClock.Instant, or cancellation: WakeUp
    ) throws(ChildProcessError) -> [UInt8] {
        var programEnd: ContinuousClock.Instant?
        while true {
            let status = child.status
            if status != nil, programEnd == nil { programEnd = .now }
            try takeAll()
            if output.isAtEnd, let status {
                try status.check()
                return bytes
            }
            let last = programEnd.map { min(deadline, $0 + Self.grace) } ?? deadline
            if ContinuousClock.now >= last {
                // A program that failed is told before one that left its output open.
                try status?.check()
                throw status == nil ? .timedOut : .outputHeldOpen
            }
            // A program that has closed its output usually ends at once. The system tells no descriptor of its end.
            let next = ContinuousClock.now + .milliseconds(output.isAtEnd ? 5 : 50)
            let open = [output, error].filter { !$0.isAtEnd }.map(\.readingEnd)
            if cancellation.wait(forInputFromAny: open, until: min(last, next)) == .signal { throw .cancelled }
        }
    }

    /// Takes what is there of both outputs, up to a limit: a program that writes all the time must not keep the reader from
    /// its deadline.
    private mutating func takeAll() throws(ChildProcessError) {
        for _ in 0..<Self.piecesPerTurn {
            guard let piece = error.nextPiece() else { break }
            errorEnd += piece
            isErrorCut = isErrorCut || errorEnd.count > Self.errorLimit
            errorEnd = errorEnd.suffix(Self.errorLimit)
        }
        for _ in 0..<Self.piecesPerTurn {
            guard let piece = output.nextPiece() else { break }
            bytes += piece
            if bytes.count > limit { throw .tooMuchOutput(limit: limit) }
        }
    }
}
