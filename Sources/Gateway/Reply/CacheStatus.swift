import HTTPExchange
import Transcribe

/// What part the cache had in an answer, as `Cache-Status` says it (RFC 9211).
enum CacheStatus {
    /// From the cache at once. `detail` says why a stale answer is served, where a refresh failed or was not possible.
    case cache(Detail? = nil)
    /// From AWS. `isCollapsed` if another request had begun the fetch.
    case upstream(ForwardReason, isCollapsed: Bool, isStored: Bool)
    /// From the cache, after AWS was asked and gave no answer. `status` is that of AWS's response, if there was one.
    case fallback(ForwardReason, status: Int?)

    /// Why a stored answer is served.
    enum Detail: String, Sendable {
        case staleIfError = "stale-if-error"
        case budgetUsedUp = "upstream-budget"
        case overloaded
    }

    /// The status of a stored answer that is served because of this failure.
    init(fallingBackFrom reason: ForwardReason, because failure: FetchFailure) {
        switch failure {
        case .upstream(let error) where error.disposition.wasAsked:
            self = .fallback(reason, status: error.origin?.status)
        case .refused, .upstream: self = .cache(failure.detail)
        }
    }

    func append(to fields: inout FieldBlock, freshnessLeft: Int) {
        switch self {
        case .cache(let detail):
            fields.append(starting: .hit) { value in
                value.write(freshnessLeft)
                if let detail { value.write("; detail=\(detail.rawValue)") }
            }
        case .upstream(let reason, let isCollapsed, let isStored):
            fields.append(starting: .forwarded) { value in
                value.write(reason.rawValue)
                if isStored { value.write("; stored") }
                if isCollapsed { value.write("; collapsed") }
            }
        case .fallback(let reason, let status):
            fields.append(starting: .forwarded) { value in
                value.write(reason.rawValue)
                if let status { value.write("; fwd-status=\(status)") }
                value.write("; detail=\(Detail.staleIfError.rawValue)")
            }
        }
    }

    /// Why the copy is older than it should be, for people; nil if it is fresh and the client demanded nothing fresher.
    func staleness(isFresh: Bool) -> JobCopy.Staleness? {
        switch self {
        case .upstream: nil
        case .fallback, .cache(.staleIfError): .failing
        case .cache(.budgetUsedUp): .budgetUsedUp
        case .cache(.overloaded): .overloaded
        case .cache(nil): isFresh ? nil : .refreshing
        }
    }

    /// For the log and the metrics.
    func outcome(isFresh: Bool) -> Outcome {
        switch self {
        case .cache: isFresh ? .hit : .stale
        case .upstream(_, isCollapsed: true, _): .collapsed
        case .upstream(_, isCollapsed: false, _): .miss
        case .fallback: .stale
        }
    }
}

extension FieldStart {
    fileprivate static let hit = FieldStart(.cacheStatus, "transcribe-gateway; hit; ttl=")
    fileprivate static let forwarded = FieldStart(.cacheStatus, "transcribe-gateway; fwd=")
}
