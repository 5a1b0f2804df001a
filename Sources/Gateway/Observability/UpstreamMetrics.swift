import CoreMetrics
import RateLimiting
import Telemetry
import Transcribe

/// How many fetches there were, by what they brought.
struct FetchMetrics: Sendable {
    private static let name = "transcribe_gateway_fetches"

    /// Numbered, so that each finds its counter in an array.
    fileprivate enum Result: Int, CaseIterable {
        case answered, notFound, invalid, budgetUsedUp, breakerOpen, overloaded, throttled, accessDenied, credentials,
            upstreamFailed
        case malformed, unreachable, timedOut, cancelled

        var word: String {
            switch self {
            case .answered: "answered"
            case .notFound: "not_found"
            case .invalid: "invalid"
            case .budgetUsedUp: "budget_used_up"
            case .breakerOpen: "breaker_open"
            case .overloaded: "overloaded"
            case .throttled: "throttled"
            case .accessDenied: "access_denied"
            case .credentials: "credentials"
            case .upstreamFailed: "upstream_failed"
            case .malformed: "malformed"
            case .unreachable: "unreachable"
            case .timedOut: "timed_out"
            case .cancelled: "cancelled"
            }
        }
    }

    private let counters: [Counter]

    init(registry: PrometheusRegistry) {
        registry.describe(
            Self.name, help: "Attempts to bring a job that was not cached or not fresh, by what they brought.")
        counters = Result.allCases.map {
            Counter(label: Self.name, dimensions: [("result", $0.word)], factory: registry)
        }
    }

    /// Nil if the fetch brought a job.
    func note(_ failure: FetchFailure?) {
        counters[(failure.map { Result($0) } ?? .answered).rawValue].increment()
    }
}

extension FetchMetrics.Result {
    fileprivate init(_ failure: FetchFailure) {
        switch failure {
        case .refused(.budgetUsedUp): self = .budgetUsedUp
        case .refused(.breakerOpen): self = .breakerOpen
        case .refused(.cancelled): self = .cancelled
        case .refused, .tooManyWaiting: self = .overloaded
        case .upstream(let error): self.init(error)
        }
    }

    private init(_ error: TranscribeError) {
        switch error {
        case .jobNotFound: self = .notFound
        case .invalidRequest: self = .invalid
        case .throttled: self = .throttled
        case .accessDenied: self = .accessDenied
        case .credentialsRejected, .credentialsUnavailable: self = .credentials
        case .badRequest, .upstreamFailed: self = .upstreamFailed
        case .malformedAnswer: self = .malformed
        case .unreachable: self = .unreachable
        case .timedOut, .outOfTime: self = .timedOut
        case .cancelled: self = .cancelled
        }
    }
}
