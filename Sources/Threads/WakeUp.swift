import CThreads
import Glibc

/// Ends the wait of another thread: an eventfd(2) that the waiting thread watches with poll(2).
///
/// Any thread may call ``signal()``. A signal that comes while no thread waits ends the next wait.
public final class WakeUp: Sendable {
    /// Why ``wait(forInputFrom:until:)`` returned.
    public enum Reason: Sendable {
        case signal
        case input
        case time
    }

    private let descriptor: Int32

    /// - Throws: ``SystemCallError`` if no descriptor is left.
    public init() throws(SystemCallError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else { throw SystemCallError(code: errno) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    public func signal() {
        var one: UInt64 = 1
        _ = unsafe write(descriptor, &one, 8)
    }

    /// Returns at `instant`, or earlier at a signal. Consumes all signals that have come, so that the next wait does not
    /// end because of them.
    public func wait(until instant: ContinuousClock.Instant) {
        guard wait(forInputFrom: nil, until: instant) == .signal else { return }
        var count: UInt64 = 0
        _ = unsafe read(descriptor, &count, 8)
    }

    /// Returns at `instant`, or earlier at a signal, or when `input` has bytes to read or is closed at its other end.
    /// Keeps the signal: every later wait returns at once because of it.
    public func wait(forInputFrom input: Int32?, until instant: ContinuousClock.Instant) -> Reason {
        wait(forInputFromAny: input.map { [$0] } ?? [], until: instant)
    }

    /// The same for several inputs, of which one is enough.
    public func wait(forInputFromAny inputs: [Int32], until instant: ContinuousClock.Instant) -> Reason {
        var entries = ([descriptor] + inputs).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        _ = unsafe poll(&entries, nfds_t(entries.count), Self.milliseconds(until: instant))
        if entries[0].revents != 0 { return .signal }
        return entries.dropFirst().contains { $0.revents != 0 } ? .input : .time
    }

    /// Rounded up, so that the wait does not end before the instant.
    private static func milliseconds(until instant: ContinuousClock.Instant) -> Int32 {
        let left = ContinuousClock.now.duration(to: instant).components
        let milliseconds = left.seconds * 1_000 + (left.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(clamping: max(0, milliseconds))
    }
}
