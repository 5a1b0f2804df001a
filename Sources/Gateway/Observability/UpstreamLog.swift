import Logging
import RateLimiting
import Synchronization

/// Says in the log when calls to Amazon Transcribe are held back, and when they are made again: a line at each edge. A breaker
/// that probes and opens again is still the same outage.
final class UpstreamLog: Sendable {
    /// What is asked: its own breaker and its own rate belong to each.
    enum Subject: String {
        case job = "look-ups"
        case list = "lists of running jobs"
    }

    private struct State {
        var isOpen = false
        var isThrottled = false
    }

    private let logger: Logger?
    private let subject: Subject
    private let state = Mutex(State())

    /// - Parameter logger: nil logs nothing.
    init(_ logger: Logger?, of subject: Subject) {
        self.logger = logger
        self.subject = subject
    }

    /// Safe to call from any thread; does not block.
    func record(_ condition: AdmissionCondition) {
        let (isOpen, isThrottled) = state.withLock { state in
            defer {
                if condition.breaker != .halfOpen { state.isOpen = condition.breaker == .open }
                state.isThrottled = condition.isThrottled
            }
            let isOpen: Bool? =
                switch condition.breaker {
                case .open where !state.isOpen: true
                case .closed where state.isOpen: false
                default: nil
                }
            return (isOpen, condition.isThrottled == state.isThrottled ? nil : condition.isThrottled)
        }
        let metadata: Logger.Metadata = ["calls": "\(subject.rawValue)"]
        switch isOpen {
        case true?:
            logger?.warning(
                "the breaker has opened: so many calls to Amazon Transcribe have failed that for a while only a few are made",
                metadata: metadata)
        case false?:
            logger?.notice("the breaker has closed: Amazon Transcribe answers again", metadata: metadata)
        case nil: break
        }
        switch isThrottled {
        case true?:
            logger?.warning(
                "Amazon Transcribe throttles calls of this account: fewer are made until it accepts more",
                metadata: metadata)
        case false?: logger?.notice("calls to Amazon Transcribe are made at the full rate again", metadata: metadata)
        case nil: break
        }
    }
}
