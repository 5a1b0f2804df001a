import Glibc

/// Threads for servers: what they do blocks, which the threads of tasks must not.
enum Threads {
    private final class Work: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    /// Runs the work on a thread of its own.
    static func start(_ body: @escaping @Sendable () -> Void) {
        // Released by `takeRetainedValue` on the thread.
        let argument = unsafe Unmanaged.passRetained(Work(body)).toOpaque()
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, nil,
            { argument in
                unsafe Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue().body()
                return nil
            }, argument)
        precondition(code == 0, "no thread could be had")
        pthread_detach(thread)
    }
}
