import Glibc

/// Waits with poll(2) until there is something to read from `descriptor`, or it is closed at its other end; -1 stands
/// for none. False where `instant` comes first.
func isReadable(_ descriptor: Int32, by instant: ContinuousClock.Instant, or bell: Bell)
    throws(ChildProcessError) -> Bool
{
    let left = ContinuousClock.now.duration(to: instant).components
    let milliseconds = max(0, left.seconds * 1_000 + (left.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    var entries = [
        pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
    ]
    _ = unsafe poll(&entries, 2, Int32(clamping: milliseconds))
    if entries[0].revents != 0 { throw .cancelled }
    return entries[1].revents != 0
}
