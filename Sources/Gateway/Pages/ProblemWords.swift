/// What the page of a problem says to a person that wants to see a job. Settings and AWS are their operator's matter.
struct ProblemWords {
    /// What stands above; nil is the title that programs get.
    private(set) var heading: String?
    /// What it means and what to do. Nil where only the problem's own detail can say it.
    let advice: String?
    /// Whether only the operator of the gateway can help.
    private(set) var isForOperator = false
    /// Whether a tab that shows the job goes on showing it meanwhile, marked as not up to date.
    private(set) var keepsJob = false
    /// The shortest time in seconds after which the page looks again by itself. Nil if it never does.
    private var shortestPause: Int?
    /// After how many looks that show it the page looks no more by itself. Nil is never.
    private(set) var looks: Int?

    private init(_ advice: String?, under heading: String? = nil) {
        self.advice = advice
        self.heading = heading
    }

    /// Seconds after which the page looks again.
    ///
    /// - Parameter advised: what the reply advises in `Retry-After`.
    func pause(advised: Int?) -> Int? { shortestPause.map { max($0, advised ?? 0) } }

    /// Seconds after which a browser without script loads the page again. It cannot stop, so what is not likely to pass is
    /// loaded less often.
    func reload(after pause: Int) -> Int { keepsJob ? pause + 1 : max(pause + 1, 60) }

    fileprivate static func lasting(_ advice: String?) -> Self { Self(advice) }

    fileprivate static func forOperator(
        _ heading: String?, _ advice: String, lookingAgainAfter pause: Int? = nil
    ) -> Self {
        var words = Self(advice, under: heading)
        words.isForOperator = true
        words.shortestPause = pause
        return words
    }

    fileprivate static func passing(
        _ heading: String?, _ advice: String, after pause: Int, looks: Int? = nil, keepsJob: Bool = true
    ) -> Self {
        var words = Self(advice, under: heading)
        (words.shortestPause, words.looks, words.keepsJob) = (pause, looks, keepsJob)
        return words
    }
}

extension ProblemType {
    /// For its page.
    var words: ProblemWords {
        switch self {
        case .invalidJobName: .invalidName
        case .jobNotFound: .notFound
        case .noSuchRoute:
            .lasting("There is no page at this address. Look up a job by its name in the form above.")
        case .invalidQuery, .purgingNotAllowed, .notCached, .methodNotAllowed: .lasting(nil)
        case .quotaExceeded: .limited
        case .tooManyWatches: .watched
        case .upstreamThrottled, .upstreamBudget, .overloaded: .crowded
        case .upstreamUnavailable, .upstreamFailed, .upstreamTimeout: .unanswered
        case .stopping:
            .passing("The gateway is being restarted", "It takes a moment. The job itself is not concerned.", after: 2)
        case .accessDenied: .denied
        case .credentials: .locked
        case .clientNotAllowed:
            .forOperator(
                "You cannot look up jobs from here",
                "This gateway does not answer your computer, or the network that it is in.")
        case .wrongHost: .forOperator(nil, "This gateway does not answer under the address that you used.")
        case .invalidForwarding:
            .forOperator(nil, "What stands between you and this gateway does not say correctly where you come from.")
        case .malformedRequest, .targetTooLong, .tooManyHeaderFields, .contentTooLarge, .contentNotAllowed,
            .unsupportedFeature:
            .unreadable
        }
    }
}

extension ProblemWords {
    fileprivate static let invalidName = lasting(
        """
        A job's name has letters (a to z, also capital), digits, and '.', '_' or '-', up to 200 of them, and no space \
        inside. Look for a typing error and correct the name in the form above.
        """)

    /// Longer than the answer is remembered: most names that are not found are wrong, and each look costs a call to AWS.
    fileprivate static let notFound = passing(
        nil,
        """
        Compare the name letter by letter: capital and small letters differ. Amazon Transcribe forgets a job after 90 \
        days, and this gateway looks in one AWS account and one region only. If the job was created a moment ago it will \
        appear here by itself.
        """, after: 15, looks: 10, keepsJob: false)

    fileprivate static let limited = passing(
        "Too many look-ups",
        "They came from your address within a short time. The job itself is not concerned.", after: 1)

    /// True of both limits: that of all and that of one address.
    fileprivate static let watched = passing(
        "Too many requests wait for a job's end",
        """
        This gateway lets only so many wait at a time, in all and from one address. Close pages that you do not need. The \
        job itself is not concerned.
        """, after: 5)

    fileprivate static let crowded = passing(
        "This look-up has to wait",
        "So many jobs are being looked up that this one has to wait. The job itself is not concerned.", after: 2)

    fileprivate static let unanswered = passing(
        "Amazon Transcribe gives no answer", "This may pass within seconds. The job itself is not concerned.", after: 3)

    fileprivate static let denied = forOperator(
        "This gateway may not look up the job",
        "This gateway is not permitted to see this job. Only its operator can change that.", lookingAgainAfter: 30)

    fileprivate static let locked = forOperator(
        "This gateway has no access to AWS at the moment",
        "It can look up no job until it has. Only its operator can change that.", lookingAgainAfter: 30)

    fileprivate static let unreadable = forOperator(
        nil,
        """
        Your browser, or a program between, sent what this gateway does not read. Look up the job with the form above; if \
        that does not help, delete this site's cookies and try again.
        """)
}
