/// For whom a call upstream is made, the most urgent first.
public enum CallPriority: Int, Sendable, CaseIterable {
    /// Somebody waits for this one answer: may wait for its turn, and may use everything.
    case interactive
    /// One of many that were asked for at once: waits behind all interactive calls and leaves the reserve alone.
    case batch
    /// A refresh or a watcher's poll: never waits, leaves the reserve alone, and yields to whoever does wait.
    case background
}
