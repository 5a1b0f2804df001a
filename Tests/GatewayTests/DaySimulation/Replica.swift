import Caching
import HTTPExchange
import RateLimiting
import Synchronization
import Telemetry
import TestSupport
import UpstreamTestSupport

@testable import Gateway

/// The gateways that serve a simulated day.
extension DaySimulation {
    struct Replica {
        let gateway: JobGateway
        let source: FakeTranscribe
        let registry: PrometheusRegistry
    }
}

extension DaySimulation.Replica {
    init(_ source: DaySimulation.FakeTranscribe, clock: ManualClock, of load: DaySimulation.Load, seed: UInt64) {
        let chance = Mutex(SplitMix64(seed: load.seed + 2 + seed))
        var options = GatewayOptions()
        options.time = clock.source
        options.jitter = { chance.withLock { 2 * $0.fraction() - 1 } }
        options.admission.rate = Rate(15, per: .seconds(load.replicas))
        options.admission.burst = 15 / load.replicas
        options.admission.reserve = 5 / load.replicas
        registry = PrometheusRegistry()
        let recorder = RequestRecorder(log: nil, names: NameHash(), registry: registry, clock: { clock.now })
        gateway = JobGateway(
            options: options, source: source, lists: load.hasList ? source : nil, recorder: recorder,
            probes: ProbeReplies(Readiness(), registry: registry))
        self.source = source
    }

    /// Whether calls wait for the admission control.
    var hasQueue: Bool { queue > 0 }

    /// Whether each fetch, and each page of the list, waits for AWS or for the admission control, and no other is due.
    func isSettled(at now: Moment) -> Bool {
        let parked = source.inFlight
        let queue = queue
        return parked + queue == gateway.fetcher.fetchesInFlight + gateway.watches.listCount
            && gateway.watches.nextDue.map { $0 > now } ?? true
    }

    private var queue: Int {
        gateway.fetcher.admissionStatus.waiting + gateway.fetcher.listAdmission.status.waiting
    }
}

extension DaySimulation {
    /// Takes the replies that had to wait for a fetch.
    final class PendingReplies: Sendable {
        private struct State {
            var open = 0
            var arrived: [(Poll, RequestRecord, Reply)] = []
        }

        private struct Slot: PendingReply {
            let pendingReplies: PendingReplies
            let poll: Poll
            let record: RequestRecord
            let reply = Box()

            var isAnswered: Bool { reply.content.withLock { $0 != nil } }

            func prepare(with reply: () -> Reply) -> Bool {
                self.reply.content.withLock { $0 = reply() }
                return true
            }

            func send() {
                guard let reply = reply.content.withLock({ $0 }) else { return }
                pendingReplies.state.withLock {
                    $0.arrived.append((poll, record, reply))
                    $0.open -= 1
                }
            }

            func waitForChange(until deadline: ContinuousClock.Instant) {}
        }

        private final class Box: Sendable {
            let content = Mutex<Reply?>(nil)
        }

        private let state = Mutex(State())

        /// How many requests have no reply yet.
        var open: Int { state.withLock(\.open) }

        func slot(for poll: Poll, _ record: RequestRecord) -> any PendingReply {
            state.withLock { $0.open += 1 }
            return Slot(pendingReplies: self, poll: poll, record: record)
        }

        func empty() -> [(Poll, RequestRecord, Reply)] {
            state.withLock { state in
                defer { state.arrived = [] }
                return state.arrived
            }
        }
    }
}
