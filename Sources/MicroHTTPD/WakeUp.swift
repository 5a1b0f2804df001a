import CMicroHTTPD
import Glibc

/// A sleep that another thread can end: an eventfd(2) under poll(2).
final class WakeUp: Sendable {
    private let descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))

    init() {
        precondition(descriptor >= 0, "eventfd(2) failed: no descriptor is left")
    }

    deinit { close(descriptor) }

    func ring() {
        var one: UInt64 = 1
        _ = unsafe write(descriptor, &one, 8)
    }

    /// Returns at `instant`, or earlier if ``ring()`` was called since the last return.
    func wait(until instant: ContinuousClock.Instant) {
        let left = ContinuousClock.now.duration(to: instant).components
        let milliseconds = max(
            0, left.seconds * 1_000 + (left.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&entry, 1, Int32(clamping: milliseconds)) > 0 else { return }
        var count: UInt64 = 0
        _ = unsafe read(descriptor, &count, 8)
    }
}
