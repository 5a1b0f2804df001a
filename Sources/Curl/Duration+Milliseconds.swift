extension Duration {
    /// Rounded up to whole milliseconds, between 1 (to libcurl 0 means no limit) and a day.
    var wholeMilliseconds: Int {
        let bounded = min(max(self, .milliseconds(1)), .seconds(86_400))
        let (seconds, attoseconds) = bounded.components
        return Int(seconds) * 1_000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
