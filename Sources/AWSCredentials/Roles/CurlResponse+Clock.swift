import Curl
import SigV4

extension CurlResponse {
    /// AWS's own time, where it differs enough from `now` to matter: AWS takes what was signed within 5 minutes of its
    /// time, and a part of that may be lost on the way. (RFC 9110 §6.6.1; a `Date` has whole seconds.)
    func date(farFrom now: Timestamp) -> Timestamp? {
        guard let date = headers["Date"].flatMap(Timestamp.init(httpDate:)) else { return nil }
        return date.milliseconds(since: now).magnitude >= 240_000 ? date : nil
    }

    /// Whether AWS STS refuses the signature or its time, which a wrong clock makes it do.
    var isRefusalOfSignature: Bool {
        guard !isOverload, case .refusal(let refusal) = RoleAnswer(self, to: "") else { return false }
        return refusal == .wrongTime || refusal == .wrongSignature
    }
}

extension Credentials {
    func hasEnded(at now: Timestamp) -> Bool { expiration.map { $0 <= now } ?? false }

    /// The same, with the end as this machine's clock will show it, which said `now` when AWS's said `date`.
    func ending(byClockAt now: Timestamp, insteadOf date: Timestamp) -> Credentials {
        Credentials(
            accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: sessionToken,
            expiration: expiration?.adding(milliseconds: now.milliseconds(since: date)), accountID: accountID)
    }
}
