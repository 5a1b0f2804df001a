import CSpawn
import Glibc

/// Tells a thread that waits for a program that nobody does any more: an eventfd(2) that stays readable.
final class Bell: Sendable {
    let descriptor = eventfd(0, Int32(EFD_CLOEXEC))

    init() {
        precondition(descriptor >= 0, "eventfd(2) failed: no descriptor is left")
    }

    deinit { close(descriptor) }

    func ring() {
        var one: UInt64 = 1
        _ = unsafe write(descriptor, &one, 8)
    }
}
