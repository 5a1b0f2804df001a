import AWSCredentials

/// The events of one refresher, in order; a test waits for the next one.
final class EventLog: Sendable {
    private let events = AsyncStream.makeStream(of: RefreshEvent.self)

    func append(_ event: RefreshEvent) { events.continuation.yield(event) }

    /// Takes the next event; nil if the waiting test is cancelled.
    func next() async -> RefreshEvent? {
        for await event in events.stream { return event }
        return nil
    }
}
