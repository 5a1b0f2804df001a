/// What came of joining a flight.
public enum Boarding: Sendable, Equatable {
    /// There was no flight: the caller has to do the work and to land it.
    case leads
    /// The work is under way: its landing serves this waiter too.
    case joined
    /// There are as many waiters as there may be: not taken in.
    case full
}
