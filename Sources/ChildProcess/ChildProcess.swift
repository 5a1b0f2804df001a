import Threads

/// Runs a program and returns what it writes to its standard output.
public enum ChildProcess {
    /// Runs the command to its end and returns what it wrote.
    ///
    /// The program has no input, and its standard error is dropped, because it may hold secrets. It inherits no descriptor
    /// and no blocked or ignored signal. At the deadline, at more than `limit` bytes, and when the calling task is
    /// cancelled, it is killed together with the processes that it has started, unless they have left its process group.
    /// - Throws: Every ``ChildProcessError``.
    public static func output(
        of command: Command, limit: Int, deadline: ContinuousClock.Instant
    ) async throws(ChildProcessError) -> [UInt8] {
        let cancellation: WakeUp
        do throws(SystemCallError) { cancellation = try WakeUp() } catch { throw .notStarted(code: error.code) }
        let result = await withTaskCancellationHandler {
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
        return try result.get()
    }

    /// Reports the result before it reaps the program: a killed program may take long to end.
    private static func supervise(
        _ command: Command, limit: Int, deadline: ContinuousClock.Instant, _ cancellation: WakeUp,
        report: (Result<[UInt8], ChildProcessError>) -> Void
    ) {
        do throws(ChildProcessError) {
            let output = try OutputPipe()
            let child = try Spawn(command, output: output).child()
            output.closeWritingEnd()
            do throws(ChildProcessError) {
                let bytes = try output.read(upTo: limit, by: deadline, or: cancellation)
                try child.wait(by: deadline, or: cancellation)
                report(.success(bytes))
                child.reap(withGroup: false)
            } catch {
                child.kill()
                report(.failure(error))
                child.reap(withGroup: true)
            }
        } catch {
            report(.failure(error))
        }
    }
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
