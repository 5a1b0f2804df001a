import Formats
import SigV4
import Testing

@Suite struct SigningKeyCacheTests {
    static let request = SigningRequest(method: "POST", headers: [("Host", "example.com")])
    static let beforeMidnight = Timestamp(rfc3339: "2024-02-29T23:59:59.999Z")!
    static let midnight = beforeMidnight.adding(milliseconds: 1)
    static let old = Credentials(accessKeyID: "ASIAOLD", secretAccessKey: "old")
    static let new = Credentials(accessKeyID: "ASIANEW", secretAccessKey: "new")
    let signer = Signer(region: "us-east-1", service: "transcribe")

    /// The `Authorization` of a new signer.
    static func expected(_ credentials: Credentials, at time: Timestamp) -> String {
        authorization(Signer(region: "us-east-1", service: "transcribe"), credentials, at: time)
    }

    static func authorization(_ signer: Signer, _ credentials: Credentials, at time: Timestamp) -> String {
        signer.headers(for: request, credentials: credentials, at: time).last!.value
    }

    @Test func changesTheKeyAtMidnightUTCAndBack() {
        for time in [Self.beforeMidnight, Self.midnight, Self.beforeMidnight, Self.midnight] {
            let text = Self.authorization(signer, Self.old, at: time)
            #expect(text == Self.expected(Self.old, at: time))
            #expect(text.contains("ASIAOLD/\(time.date)/us-east-1/transcribe/aws4_request"))
        }
        #expect(Self.beforeMidnight.date == "20240229" && Self.midnight.date == "20240301")
    }

    @Test func changesTheKeyWithRotationAndBack() {
        for credentials in [Self.old, Self.new, Self.old] {
            let text = Self.authorization(signer, credentials, at: Self.midnight)
            #expect(text == Self.expected(credentials, at: Self.midnight))
        }
    }

    @Test func keepsTwoSecretsUnderOneKeyIDApart() {
        let other = Credentials(accessKeyID: Self.old.accessKeyID, secretAccessKey: "other")
        let texts = [Self.old, other, Self.old].map { Self.authorization(signer, $0, at: Self.midnight) }
        #expect(texts[0] != texts[1])
        #expect(texts[0] == texts[2])
        #expect(texts[1] == Self.expected(other, at: Self.midnight))
    }

    @Test func neverHoldsMoreThanItsCapacity() {
        let cache = SigningKeyCache(capacity: 3)
        for day in 0..<10 {
            _ = cache.key(for: Self.old, in: scope(day))
            _ = cache.key(for: Self.old, in: scope(day))
            #expect(cache.count == min(day + 1, 3))
        }
    }

    @Test func holdsOneKeyForManySignatures() {
        let cache = SigningKeyCache()
        for _ in 0..<10 { _ = cache.key(for: Self.old, in: scope(0)) }
        #expect(cache.count == 1)
    }

    @Test func givesTheRightKeyToManyThreadsWhileKeysComeAndGo() async {
        let cache = SigningKeyCache(capacity: 4)
        let cases = (0..<6).map { day in
            let key = SigningKey(secretAccessKey: Self.old.secretAccessKey, scope: scope(day))
            return (scope: scope(day), signature: key.signature(of: [1]))
        }
        let wrong = await withTaskGroup(of: Int.self) { group in
            for offset in 0..<4 {
                group.addTask {
                    (0..<25_000).count { round in
                        let (scope, signature) = cases[(round / 16 + offset) % cases.count]
                        return cache.key(for: Self.old, in: scope).signature(of: [1]) != signature
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(wrong == 0)
        #expect(cache.count == 4)
    }

    private func scope(_ day: Int) -> CredentialScope {
        CredentialScope(date: "2024010\(day)", region: "us-east-1", service: "transcribe")
    }
}
