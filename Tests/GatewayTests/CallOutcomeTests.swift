import RateLimiting
import Testing
import Transcribe

@testable import Gateway

@Suite struct CallOutcomeTests {
    @Test func whatNeverReachedAWSSaysNothingOfIt() {
        for outcome in [AttemptOutcome.outOfTime, .credentialsUnavailable, .cancelled] {
            #expect(CallOutcome(outcome) == .abandoned)
        }
        #expect(CallOutcome(TranscribeError.outOfTime) == .abandoned)
        #expect(CallOutcome(TranscribeError.timedOut) == .timedOut)
    }
}
