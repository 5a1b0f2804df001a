import Curl
import HTTPTypes
import RateLimiting
import SigV4
import Telemetry
import Testing
import Transcribe

@testable import Gateway

@Suite struct UpstreamDispositionTests {
    private static let origin = ResponseOrigin(status: 400)

    @Test(
        arguments: [
            (TranscribeError.jobNotFound(origin), "job_not_found", CallOutcome.answered, .replacesJob),
            (.invalidRequest(origin), "invalid_request", .answered, .replacesJob),
            (.badRequest(origin), "bad_request", .answered, .keepsJob),
            (.throttled(origin, retryAfter: nil), "throttled", .throttled, .keepsJob),
            (.accessDenied(origin), "access_denied", .answered, .deniesJob),
            (.credentialsRejected(origin), "credentials_rejected", .answered, .rejectsCredentials),
            (
                .credentialsUnavailable(CredentialsUnavailable(reason: "")), "credentials_unavailable", .abandoned,
                .keepsJob
            ),
            (.upstreamFailed(origin), "upstream_failed", .failed, .keepsJob),
            (.malformedResponse(.notAJob, origin), "malformed_answer", .failed, .keepsJob),
            (.unreachable(.closedEarly), "unreachable", .failed, .keepsJob),
            (.timedOut, "timed_out", .timedOut, .keepsJob),
            (.outOfTime, "out_of_time", .abandoned, .keepsJob),
            (.cancelled, "cancelled", .abandoned, .keepsJob),
        ] as [(TranscribeError, String, CallOutcome, UpstreamDisposition.CacheEffect)])
    func decidesWhatFollowsFromAnError(
        error: TranscribeError, label: String, signal: CallOutcome, effect: UpstreamDisposition.CacheEffect
    ) {
        let disposition = error.disposition
        #expect(disposition.label.rawValue == label)
        #expect(disposition.signal == signal)
        #expect(disposition.cacheEffect == effect)
        #expect(error.isAnswer == (effect == .replacesJob))
    }

    @Test func onlyWhatTheCredentialsAndTheRateAreBlamedForConcernsEveryJob() {
        let others: [TranscribeError] = [
            .jobNotFound(Self.origin), .invalidRequest(Self.origin), .throttled(Self.origin, retryAfter: nil),
            .credentialsRejected(Self.origin), .credentialsUnavailable(CredentialsUnavailable(reason: "")), .outOfTime,
            .cancelled,
        ]
        let own: [TranscribeError] = [
            .badRequest(Self.origin), .accessDenied(Self.origin), .upstreamFailed(Self.origin),
            .malformedResponse(.notAJob, nil), .unreachable(.closedEarly), .timedOut,
        ]
        #expect(others.allSatisfy { !$0.disposition.mayConcernOneJob })
        #expect(own.allSatisfy { $0.disposition.mayConcernOneJob })
    }

    @Test func whatNeverReachedAWSSaysNothingOfIt() {
        let unavailable = TranscribeError.credentialsUnavailable(CredentialsUnavailable(reason: "none"))
        for error in [TranscribeError.outOfTime, unavailable, .cancelled] {
            #expect(error.disposition.signal == .abandoned)
        }
        #expect(TranscribeError.timedOut.disposition.signal == .timedOut)
    }

    @Test func labelsAnErrorTheSameInBothMetrics() {
        let registry = PrometheusRegistry()
        let recorder = RequestRecorder(log: nil, names: NameHash(), registry: registry)
        for error in [TranscribeError.invalidRequest(Self.origin), .outOfTime, .malformedResponse(.notAJob, nil)] {
            recorder.record(attempt: error)
            recorder.record(fetch: .upstream(error))
        }
        recorder.record(attempt: nil)
        recorder.record(fetch: nil)
        for label in ["invalid_request", "out_of_time", "malformed_answer", "succeeded"] {
            #expect(registry.count("upstream_attempts_total{outcome=\"\(label)\"}") == 1)
            #expect(registry.count("fetches_total{result=\"\(label)\"}") == 1)
        }
    }

    @Test func labelsARefusalAsTheAdmissionDoes() {
        let registry = PrometheusRegistry()
        let recorder = RequestRecorder(log: nil, names: NameHash(), registry: registry)
        recorder.record(fetch: .refused(.queueFull(retryAfter: .zero)))
        recorder.record(fetch: .refused(.cancelled))
        #expect(registry.count("fetches_total{result=\"queue_full\"}") == 1)
        #expect(registry.count("fetches_total{result=\"cancelled\"}") == 1)
    }

    @Test func countsEveryProblemUnderItsOwnStatus() {
        let registry = PrometheusRegistry()
        _ = RequestMetrics(registry: registry)
        let page = String(decoding: registry.render(), as: UTF8.self)
        for type in ProblemType.allCases {
            for status in type.statuses.map(\.code) {
                let labels = "code=\"\(type.rawValue)\",status=\"\(status)\""
                #expect(page.contains("transcribe_gateway_requests_total{\(labels)} 0"))
            }
        }
    }
}
