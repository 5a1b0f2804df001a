import AWSCredentials
import Formats
import Testing

@Suite struct RefreshScheduleTests {
    @Test(arguments: [
        // Seconds left at the fetch; seconds before the expiration from which a refresh is advisory, and mandatory.
        (43_200, 3_600, 60), (5_400, 3_600, 60), (5_399, 900, 60), (3_600, 900, 60), (1_201, 900, 60),
        (1_200, 300, 60), (900, 300, 60), (600, 300, 40), (60, 30, 4), (30, 15, 2), (0, 0, 0), (-5, 0, 0),
    ])
    func hasTheWindowsOfTheSDKsAndNarrowerOnesCloseToTheExpiration(left: Int64, advisory: Int64, mandatory: Int64) {
        let end = Timestamp.noon + left
        let schedule = RefreshSchedule(expiration: end, fetchedAt: .noon)
        #expect(schedule.advisory == end + -advisory)
        #expect(schedule.mandatory == end + -mandatory)
    }

    @Test(
        arguments: [
            // Milliseconds left, and for how long a source that failed is not asked.
            (nil, 450_000), (3_600_000, 450_000), (900_000, 450_000), (600_000, 300_000), (60_000, 30_000),
            (40_000, 20_000), (1, 20_000), (0, 33_000), (-600_000, 33_000),
        ] as [(Int64?, Int64)])
    func asksASourceThatFailedSeveralTimesBeforeTheEnd(left: Int64?, length: Int64) {
        let cooldown = FailureCooldown(beforeExpiration: 450_000, afterExpiration: 33_000)
        #expect(cooldown.length(before: left) == length)
    }
}
