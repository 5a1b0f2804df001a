import Testing
import Transcribe

@Suite struct RetryQuotaTests {
    @Test(arguments: [(RetryCause.transient, 486), (.throttling, 495)])
    func chargesARetryAndGivesItBackOnSuccess(cause: RetryCause, left: Int) {
        var quota = RetryQuota()
        let cost = quota.withdraw(for: cause)
        #expect(quota.tokens == left)
        quota.refund(cost)
        #expect(quota.tokens == 500)
    }

    @Test(arguments: [(RetryCause.transient, 35), (.throttling, 100)])
    func refusesWhatItCannotPay(cause: RetryCause, retries: Int) {
        var quota = RetryQuota()
        for _ in 0..<retries { #expect(quota.withdraw(for: cause) != nil) }
        let left = quota.tokens
        #expect(quota.withdraw(for: cause) == nil)
        #expect(quota.tokens == left)
    }

    @Test func earnsATokenByASuccessWithoutRetry() {
        var quota = RetryQuota()
        _ = quota.withdraw(for: .transient)
        quota.refund(nil)
        #expect(quota.tokens == 487)
    }

    @Test func neverHoldsMoreThanItsCapacity() {
        var quota = RetryQuota()
        quota.refund(nil)
        #expect(quota.tokens == RetryQuota.capacity)
    }
}
