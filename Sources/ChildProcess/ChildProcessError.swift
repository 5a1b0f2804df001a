/// Why there is no output of a program.
public enum ChildProcessError: Error, Sendable, Equatable {
    /// There is no such program.
    case notFound
    /// The system did not start it: the number of its error (errno(3)).
    case notStarted(code: Int32)
    /// It ended with this status, which is not 0.
    case failed(status: Int32)
    /// This signal ended it.
    case killed(signal: Int32)
    /// It ended and the system does not say how, as while SIGCHLD is ignored.
    case unknownEnd
    /// It had not ended at the deadline, and was killed.
    case timedOut
    /// It ended, and a process that it started has its standard output still open, so the output has no end. The process was
    /// killed.
    case outputHeldOpen
    /// It wrote more than this many bytes, and was killed.
    case tooMuchOutput(limit: Int)
    /// The calling task was cancelled, and the program was killed.
    case cancelled
}

extension ChildProcessError: CustomStringConvertible {
    /// The predicate of a sentence whose subject is the program, without anything that the program wrote.
    public var description: String {
        switch self {
        case .notFound: "was not found"
        case .notStarted(let code): "could not be started (error \(code))"
        case .failed(let status): "ended with status \(status)"
        case .killed(let signal): "was ended by signal \(signal)"
        case .unknownEnd: "ended, and the system does not say how"
        case .timedOut: "did not end in time"
        case .outputHeldOpen:
            "ended, but a process that it started holds its standard output open: redirect that one's output and standard error"
        case .tooMuchOutput(let limit): "wrote more than \(limit) bytes"
        case .cancelled: "was ended, because its caller was cancelled"
        }
    }
}
