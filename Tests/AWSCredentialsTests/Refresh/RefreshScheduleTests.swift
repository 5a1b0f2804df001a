import AWSCredentials
import Formats
import Testing

@Suite struct RefreshScheduleTests {
    @Test(arguments: [
        // Seconds left at the fetch; seconds before the expiration from which a refresh is advisory, and mandatory.
        (43_200, 300, 60), (900, 300, 60), (600, 200, 40), (60, 20, 4), (15, 5, 1), (0, 0, 0), (-5, 0, 0),
    ])
    func narrowsItsWindowsForSetsThatAreCloseToTheirExpiration(left: Int64, advisory: Int64, mandatory: Int64) {
        let end = Timestamp.noon + left
        let schedule = RefreshSchedule(expiration: end, fetchedAt: .noon)
        #expect(schedule.advisory == end + -advisory)
        #expect(schedule.mandatory == end + -mandatory)
    }
}
