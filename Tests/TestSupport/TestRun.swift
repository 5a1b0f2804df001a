import FoundationEssentials

/// What the environment says about this run of the tests.
public enum TestRun {
    /// Whether a test whose data are missing fails instead of being skipped (`CI=true`).
    public static let isContinuousIntegration = ProcessInfo.processInfo.environment["CI"] == "true"

    /// Whether the tests that take minutes and gigabytes run too (`LONG_TESTS=1`).
    public static let isLong = ProcessInfo.processInfo.environment["LONG_TESTS"] == "1"
}
