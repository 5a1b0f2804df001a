import Threads

/// Runs programs.
public enum ChildProcess {
    /// Runs the command to its end and returns what it wrote.
    ///
    /// The program has no input. It inherits no descriptor and no blocked or ignored signal. At the deadline, at more than
    /// `limit` bytes of output, and when the calling task is cancelled, it is killed together with the processes that it has
    /// started, unless they have left its process group. A process that it leaves behind with its output is killed too.
    public static func run(
        _ command: Command, limit: Int, deadline: ContinuousClock.Instant
    ) async -> ChildProcessResult {
        let cancellation: WakeUp
        do throws(SystemCallError) { cancellation = try WakeUp() } catch {
            return .failure(.notStarted(code: error.code))
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                do throws(SystemCallError) {
                    try DetachedThread.start {
                        supervise(command, limit: limit, deadline: deadline, cancellation) {
                            continuation.resume(returning: $0)
                        }
                    }
                } catch {
                    continuation.resume(returning: .failure(.notStarted(code: error.code)))
                }
            }
        } onCancel: {
            cancellation.signal()
        }
    }

    /// Reports the result before it reaps the program: a killed program may take long to end.
    private static func supervise(
        _ command: Command, limit: Int, deadline: ContinuousClock.Instant, _ cancellation: WakeUp,
        report: (ChildProcessResult) -> Void
    ) {
        do throws(ChildProcessError) {
            let (output, error) = (try OutputPipe(), try OutputPipe())
            let child = try Spawn(command, output: output, error: error).child()
            output.closeWritingEnd()
            error.closeWritingEnd()
            var reader = OutputReader(output: output, error: error, limit: limit)
            do throws(ChildProcessError) {
                let bytes = try reader.read(from: child, by: deadline, or: cancellation)
                report(ChildProcessResult(output: .success(bytes), standardError: reader.standardError))
                child.reap(withGroup: false)
            } catch {
                child.kill()
                report(ChildProcessResult(output: .failure(error), standardError: reader.standardError))
                child.reap(withGroup: true)
            }
        } catch {
            report(.failure(error))
        }
    }
}

/// What came of a program.
public struct ChildProcessResult: Sendable {
    /// All that it wrote to its standard output.
    public let output: Result<[UInt8], ChildProcessError>
    /// The last whole lines that it wrote to its standard error, 4 KiB at most. They may hold secrets.
    public let standardError: [UInt8]

    /// Of a program that did not start.
    fileprivate static func failure(_ error: ChildProcessError) -> ChildProcessResult {
        ChildProcessResult(output: .failure(error), standardError: [])
    }
}

extension ChildProcessResult: CustomStringConvertible, CustomReflectable {
    /// Nothing of what the program wrote.
    public var description: String { "ChildProcessResult(\(standardError.count) bytes of standard error)" }

    /// Empty, so that `dump` shows nothing either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A program to run, without a shell.
public struct Command: Sendable {
    /// Its name or path. A name is looked up in this process's `PATH`.
    public let program: String
    /// The words after the program's name, unquoted.
    public let arguments: [String]
    /// All variables that it sees.
    public let environment: [String: String]

    /// - Parameter environment: all variables that the program sees; it inherits none.
    public init(_ program: String, _ arguments: [String], environment: [String: String]) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
    }
}

extension Command: CustomStringConvertible, CustomReflectable {
    /// The program alone: arguments and variables may be secret.
    public var description: String { "Command(\(program))" }

    /// The program alone, so that `dump` does not show the rest either.
    public var customMirror: Mirror { Mirror(self, children: ["program": program]) }
}
