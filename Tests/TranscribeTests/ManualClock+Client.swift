import Formats
import TestSupport
import UpstreamTestSupport

@testable import Transcribe

extension ManualClock {
    /// A clock on which a sleep takes no time; the wall clock begins at the start of the tests' job.
    static func forClient() -> ManualClock { ManualClock(wallTime: .wallStart, sleep: .advancesTheClock) }
}

extension Timestamp {
    /// Where the wall clock begins.
    static let wallStart = Timestamp(millisecondsSinceEpoch: 1_795_500_525_188)
}
