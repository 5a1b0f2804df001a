import CoreMetrics
public import Telemetry

/// What becomes of those that watch jobs. No label names a job.
struct WatchMetrics: Sendable {
    private let wakeUps: Counter
    private let events: Counter
    private let conflated: Counter
    private let lists: LabelledCounters
    private let confirmations: Counter

    init(registry: PrometheusRegistry) {
        func counter(_ name: String, _ help: String) -> Counter {
            registry.describe("transcribe_gateway_watch_\(name)", help: help)
            return Counter(label: "transcribe_gateway_watch_\(name)", factory: registry)
        }
        wakeUps = counter("wake_ups", "Waiting requests and event streams that something new was told.")
        events = counter("events", "Events that were sent to streams.")
        confirmations = counter(
            "list_confirmed_jobs", "Followed jobs that a list has shown unchanged, and made fresh again.")
        lists = LabelledCounters(
            "transcribe_gateway_watch_list_pages", by: "result", FetchFailure.labels,
            help: "Pages of the list of running jobs that were asked for, by what they brought.", registry)
        conflated = counter(
            "conflated_events", "Events that were left out, because a later one came before they were sent.")
    }

    /// Counts a page of the list. Nil if it came.
    func recordList(_ failure: FetchFailure?) { lists.increment(failure?.label) }

    /// Counts a job that a list has shown unchanged.
    func recordConfirmation(wakeUps: Int) {
        confirmations.increment()
        recordWakeUps(wakeUps)
    }

    func recordWakeUps(_ count: Int) { if count > 0 { wakeUps.increment(by: count) } }

    /// - Parameter missed: events that were left out before this one.
    func recordEvent(after missed: Int) {
        events.increment()
        if missed > 0 { conflated.increment(by: missed) }
    }
}

extension JobGateway {
    /// Adds what is watched to the metrics page.
    public func observeWatches(in registry: PrometheusRegistry) {
        func gauge(_ name: String, _ help: String, _ read: @escaping @Sendable (JobWatches) -> Int) {
            registry.observe("transcribe_gateway_watch\(name)", help: help) { Double(read(self.watches)) }
        }
        gauge("ers", "Requests that watch a job: those that wait for a change, and event streams.", \.places.takenCount)
        gauge("ed_jobs", "Jobs that are watched, each asked for once for all that watch it.", \.count)
        gauge("_polls", "Calls for watched jobs that are under way, or wait for their turn.", \.pollCount)
        gauge("_groups", "Representations that are watched, each rendered once for all that watch it.", \.groupCount)
    }
}
