/// Statuses that the program ends with (sysexits.h).
enum ExitStatus {
    /// EX_CONFIG: somebody has to change something.
    static let bad: Int32 = 78
    /// EX_TEMPFAIL: the same start may succeed later.
    static let later: Int32 = 75
}
