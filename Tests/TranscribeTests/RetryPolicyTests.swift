import Testing
import Transcribe

@Suite struct RetryPolicyTests {
    /// The AWS SDKs' own cases ("Retries 2.1"), in milliseconds.
    @Test(arguments: zip(1..., [50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 20_000, 20_000]).map { $0 })
    func doublesTheWaitUpToTheCap(attempt: Int, milliseconds: Int) {
        #expect(policy.delay(afterAttempt: attempt, cause: .transient, random: 1) == .milliseconds(milliseconds))
    }

    @Test(arguments: zip(1..., [1, 2, 4, 8, 16, 20, 20]).map { $0 })
    func startsFromASecondWhenThrottled(attempt: Int, seconds: Int) {
        #expect(policy.delay(afterAttempt: attempt, cause: .throttling, random: 1) == .seconds(seconds))
    }

    @Test(arguments: [(0.0, 0), (0.25, 250), (0.5, 500)])
    func spreadsTheWaitOverTheWholeRange(random: Double, milliseconds: Int) {
        #expect(policy.delay(afterAttempt: 1, cause: .throttling, random: random) == .milliseconds(milliseconds))
    }

    @Test(arguments: [(1_500, 1_500), (0, 50), (10_000, 5_050), (20, 50)])
    func letsAWSLengthenTheWait(advised: Int, milliseconds: Int) {
        let delay = policy.delay(
            afterAttempt: 1, cause: .transient, random: 1, advised: .milliseconds(advised))
        #expect(delay == .milliseconds(milliseconds))
    }

    @Test(arguments: [Int.min, 0, 1_000, Int.max])
    func boundsTheWaitForAnyAttempt(attempt: Int) {
        let delay = policy.delay(afterAttempt: attempt, cause: .throttling, random: 1, advised: .seconds(Int64.max))
        #expect(delay <= .seconds(25))
    }

    @Test func triesOnceAtLeast() {
        #expect(RetryPolicy(attempts: 0).attempts == 1)
        #expect(RetryPolicy().attempts == 3)
    }

    private let policy = RetryPolicy()
}
