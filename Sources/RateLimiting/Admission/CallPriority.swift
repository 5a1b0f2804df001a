/// For whom a call upstream is made, the most urgent first.
public enum CallPriority: Int, Sendable, CaseIterable {
    /// Somebody waits for this one answer: may wait for its turn, and may use everything.
    case interactive
    /// A refresh or a watcher's poll: never waits, leaves the reserve alone, and yields to whoever does wait.
    case background
}
