import AWSCredentials
import Formats
import SigV4
import TestSupport
import Testing

/// The cases of refreshing that the AWS SDKs share (`credential-refresh-tests.json` of smithy-rs and botocore). Callers
/// get one failure for 5 s here, so these pass before a step that expects another fetch after an error.
@Suite(.enabled(if: RefreshCase.areThere, "skipped: no \(RefreshCase.file) among the vectors"))
struct RefreshVectorTests {
    @Test func decidesAsTheSDKs() throws {
        let cases = try Vectors.decode([RefreshCase].self, from: RefreshCase.file)
        #expect(cases.count >= 23)
        // The gateway has no setting for the window.
        let applicable = cases.filter { $0.given.configuredAdvisoryWindowSeconds == nil }
        #expect(applicable.count == cases.count - 1)
        for refreshCase in applicable {
            var run = RefreshCaseRun(refreshCase.given)
            for step in refreshCase.steps { run.take(step, of: refreshCase.documentation) }
        }
    }
}

private struct RefreshCase: Decodable, Sendable {
    static let file = "credentials/credential-refresh-tests.json"
    static let areThere = Vectors.names(in: "credentials").contains("credential-refresh-tests.json")

    struct Given: Decodable {
        let cachedCredentials: String
        let accessKeyId: String?
        let configuredAdvisoryWindowSeconds: Int64?
        let refreshBackoffSeconds: Int64?
    }

    struct Step: Decodable {
        let type: String
        let response: String?
        let lifetimeSeconds: Int64?
        let seconds: Int64?
        let rejectedAccessKeyId: String?
        let expected: Expected?
    }

    struct Expected: Decodable {
        let result: String
        let sourceContacted: Bool
        let advisoryWindowSeconds: Int64?
    }

    let documentation: String
    let given: Given
    let steps: [Step]
}

private struct RefreshCaseRun {
    private var state = RefreshState()
    private var now = Timestamp.noon
    private var held: Credentials?
    private var failedLast = false
    private let cooldown: FailureCooldown

    /// A set of one hour, at a time in the window that the case names.
    init(_ given: RefreshCase.Given) {
        let backoff = (given.refreshBackoffSeconds ?? 300) * 1_000
        cooldown = FailureCooldown(beforeExpiration: backoff, afterExpiration: backoff)
        let places: [String: Int64] = ["valid": 1_000, "advisory": 3_000, "mandatory": 3_550, "expired": 3_700]
        guard let place = places[given.cachedCredentials] else { return }
        _ = state.beginsFetch(at: now)
        finish(with: .named(given.accessKeyId ?? "AKID-0", until: now + 3_600))
        now = now + place
    }

    mutating func take(_ step: RefreshCase.Step, of name: String) {
        switch (step.type, step.expected) {
        case ("advanceTime", _): now = now + (step.seconds ?? 0)
        case ("invalidate", _): invalidate(step.rejectedAccessKeyId)
        case ("getCredentials", let expected?): expect(expected, answering: step, of: name)
        default: Issue.record("\(name): \(step.type)")
        }
    }

    private mutating func invalidate(_ accessKeyID: String?) {
        let rejected = held?.accessKeyID == accessKeyID ? held : Credentials.named(accessKeyID ?? "", until: nil)
        if let rejected { _ = state.decide(.replacement(for: rejected), at: now) }
    }

    private mutating func expect(_ expected: RefreshCase.Expected, answering step: RefreshCase.Step, of name: String) {
        if failedLast, expected.sourceContacted { now = now.adding(milliseconds: RefreshState.errorCooldown) }
        let before = held
        _ = state.decide(.current, at: now)
        let isContacted = state.beginsFetch(at: now)
        #expect(isContacted == expected.sourceContacted, "\(name)")
        let error = isContacted ? answer(step, of: name) : nil
        let decision = state.decide(.current, at: now)
        failedLast = false
        switch expected.result {
        case "cachedCredentials": #expect(decision == before.map { .use($0) }, "\(name)")
        case "newCredentials": #expect(before != held && decision == held.map { .use($0) }, "\(name)")
        case "noCredentialsError", "nonRecoverableError":
            failedLast = true
            if case .fail(let thrown) = decision {
                #expect(!isContacted || thrown == error, "\(name)")
            } else {
                Issue.record("\(name): \(decision)")
            }
        default: Issue.record("\(name): \(expected.result)")
        }
        if let window = expected.advisoryWindowSeconds { expectRefresh(before: window, name) }
    }

    /// The error that the source answered with.
    private mutating func answer(_ step: RefreshCase.Step, of name: String) -> CredentialsError? {
        let error: CredentialsError
        switch step.response {
        case "freshCredentials":
            let number = Int((step.lifetimeSeconds ?? 3_600) + now.milliseconds(since: .noon))
            finish(with: .named("AKID-NEW-\(number)", until: now + (step.lifetimeSeconds ?? 3_600)))
            return nil
        case "staleCredentials": error = .expired(now)
        case "error": error = .endpointFailed("the source", .status(503))
        case "nonRecoverableError": error = .assumeRoleFailed(role: "r", .accessDenied)
        default:
            Issue.record("\(name): \(step.response ?? "no response")")
            return nil
        }
        _ = state.finishFetch(failing: error, at: now, cooldown: cooldown)
        return error
    }

    private mutating func finish(with credentials: Credentials) {
        _ = state.finishFetch(with: credentials, from: .stable, at: now)
        held = credentials
    }

    private func expectRefresh(before seconds: Int64, _ name: String) {
        guard let end = held?.expiration else {
            Issue.record("\(name): nothing is held")
            return
        }
        var state = state
        let isEarly = state.beginsFetch(at: end + (-seconds - 1))
        let isDue = state.beginsFetch(at: end + -seconds)
        #expect(!isEarly && isDue, "\(name)")
    }
}

extension Credentials {
    fileprivate static func named(_ accessKeyID: String, until expiration: Timestamp?) -> Credentials {
        Credentials(accessKeyID: accessKeyID, secretAccessKey: "HUSH", sessionToken: "TOKEN", expiration: expiration)
    }
}
