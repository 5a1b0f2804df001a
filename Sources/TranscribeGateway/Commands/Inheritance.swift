import Glibc
import MicroHTTPD

/// What a process has from whoever started it.
enum Inheritance {
    /// For a process that will hold credentials, before it does: no core dumps, and the system tells how the programs
    /// end that it runs for them, which it does not where SIGCHLD is ignored.
    static func refuse() {
        CoreDumps.forbid()
        signal(SIGCHLD, SIG_DFL)
    }
}
