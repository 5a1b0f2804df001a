import CSpawn
import Glibc

/// Tells a thread that waits for a program that nobody does any more: an eventfd(2) that stays readable.
final class Bell: Sendable {
    let descriptor: Int32

    /// Throws `notStarted`, as where no descriptor is left.
    init() throws(ChildProcessError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC))
        guard descriptor >= 0 else { throw .notStarted(code: errno) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func ring() {
        var one: UInt64 = 1
        _ = unsafe write(descriptor, &one, 8)
    }
}
