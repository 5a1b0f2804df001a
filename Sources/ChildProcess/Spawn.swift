import CSpawn
import Glibc

/// The arguments of posix_spawn(3). Used once, by one thread.
@safe final class Spawn {
    private let command: Command
    private var actions = unsafe posix_spawn_file_actions_t()
    private var attributes = posix_spawnattr_t()

    init(_ command: Command, output: OutputPipe, error: OutputPipe) {
        self.command = command
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        direct(output, error)
        resetSignals()
    }

    deinit {
        unsafe posix_spawn_file_actions_destroy(&actions)
        unsafe posix_spawnattr_destroy(&attributes)
    }

    /// The output first: its descriptor may be 0 or 2 if this process has closed those. That of the error is higher, for its
    /// pipe was made later.
    private func direct(_ output: OutputPipe, _ error: OutputPipe) {
        unsafe posix_spawn_file_actions_adddup2(&actions, output.writingEnd, STDOUT_FILENO)
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, error.writingEnd, STDERR_FILENO)
        // C libraries may have descriptors that do not close on exec.
        unsafe posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
    }

    /// Sets a process group of its own, and the default for all signals: this process ignores and blocks some.
    private func resetSignals() {
        var all = sigset_t()
        var none = sigset_t()
        unsafe sigfillset(&all)
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
    }

    func child() throws(ChildProcessError) -> RunningChild {
        let arguments = CStrings([command.program] + command.arguments)
        let environment = CStrings(command.environment.map { "\($0)=\($1)" })
        var processID: pid_t = 0
        let code = unsafe posix_spawnp(
            &processID, command.program, &actions, &attributes, arguments.pointers, environment.pointers)
        guard code == 0 else { throw code == ENOENT ? .notFound : .notStarted(code: code) }
        return RunningChild(processID: processID)
    }
}

/// Texts as posix_spawn(3) takes them: pointers to NUL-terminated copies, and a null pointer after the last. Freed with the
/// object.
@safe private final class CStrings {
    private(set) var pointers: [UnsafeMutablePointer<CChar>?]

    init(_ texts: [String]) {
        unsafe pointers = texts.map { unsafe strdup($0) } + [nil]
    }

    deinit {
        unsafe pointers.forEach { unsafe free($0) }
    }
}
