import SigV4

/// How far the clock of whoever answered is from this machine's.
struct ClockComparison: Equatable {
    /// Positive where theirs is ahead. A second's half may be wrong, and half of the time that the answer took.
    let milliseconds: Int64

    /// Compares the `Date` of an answer (RFC 9110 §6.6.1) with the middle of the exchange; nil without a usable one.
    init?(date: String?, sent: Timestamp, received: Timestamp) {
        guard let date = date.flatMap(Timestamp.init(httpDate:)) else { return nil }
        let middle = sent.adding(milliseconds: received.milliseconds(since: sent) / 2)
        // The date has whole seconds, cut off: on average half a second is missing.
        milliseconds = date.adding(milliseconds: 500).milliseconds(since: middle)
    }

    /// What to add to this machine's time before signing with it: nothing, where AWS takes it as it is.
    var correction: Int64 { isTolerated ? 0 : milliseconds }

    /// AWS takes what was signed within 5 minutes of its own time.
    private var isTolerated: Bool { milliseconds.magnitude < 300_000 }
}

extension ClockComparison: CustomStringConvertible {
    var description: String {
        guard milliseconds.magnitude >= 2_000 else { return "agrees with AWS's" }
        let difference =
            "is \(ElapsedTime(milliseconds: milliseconds)) \(milliseconds > 0 ? "behind" : "ahead of") AWS's"
        if isTolerated { return difference }
        return difference + "; AWS refuses what is signed with it, and the gateway corrects for that"
    }
}
