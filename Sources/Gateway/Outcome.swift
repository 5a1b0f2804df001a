/// How a request was answered, as its log line and the metrics tell it. Numbered, so that it finds its metric in an array.
enum Outcome: Int, CaseIterable, Sendable {
    /// From the cache; that there is no such job counts too.
    case hit
    /// From the cache, past its freshness: while it is asked for anew, or because AWS gave no answer.
    case stale
    /// By a call to AWS that this request began.
    case miss
    /// By a call to AWS that another request had begun.
    case collapsed
    /// The request was at fault.
    case refused
    /// The client's quota was used up.
    case limited
    /// There was no answer to give.
    case failed
    /// By the program itself: a page, a file, a redirection.
    case fixed

    var word: String {
        switch self {
        case .hit: "hit"
        case .stale: "stale"
        case .miss: "miss"
        case .collapsed: "collapsed"
        case .refused: "refused"
        case .limited: "limited"
        case .failed: "failed"
        case .fixed: "fixed"
        }
    }
}
