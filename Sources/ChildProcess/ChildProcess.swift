/// A program that runs beside this process, for what it writes to its standard output.
public enum ChildProcess {
    /// Runs the command to its end and gives what it wrote.
    ///
    /// The program has no input and its standard error is dropped: what it says there may be secret, and is nobody's
    /// here. It inherits no descriptor and no blocked or ignored signal. At the deadline, at more than `limit` bytes,
    /// and when the calling task is cancelled, it is killed together with those it has started, unless they have left
    /// its process group.
    public static func output(
        of command: Command, limit: Int, deadline: ContinuousClock.Instant
    ) async throws(ChildProcessError) -> [UInt8] {
        let bell = Bell()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // What follows blocks, which the threads of tasks must not.
                DetachedThread.start {
                    continuation.resume(returning: supervise(command, limit: limit, deadline: deadline, bell))
                }
            }
        } onCancel: {
            bell.ring()
        }
        return try result.get()
    }

    private static func supervise(
        _ command: Command, limit: Int, deadline: ContinuousClock.Instant, _ bell: Bell
    ) -> Result<[UInt8], ChildProcessError> {
        Result { () throws(ChildProcessError) in
            let output = try OutputPipe()
            let child = try Spawn(command, output: output).child()
            output.closeWritingEnd()
            do throws(ChildProcessError) {
                let bytes = try output.read(upTo: limit, by: deadline, or: bell)
                try child.wait(by: deadline, or: bell)
                return bytes
            } catch {
                child.kill()
                throw error
            }
        }
    }
}
