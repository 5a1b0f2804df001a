import HTTPExchange
import RateLimiting
import Synchronization
import Telemetry
import TestSupport
import UpstreamTestSupport

@testable import Gateway

/// One of the gateways that serve a simulated day.
extension DaySimulation {
    struct Replica {
        let gateway: JobGateway
        let source: DaySimulationTranscribe
        let registry: PrometheusRegistry
    }
}

extension DaySimulation.Replica {
    init(_ source: DaySimulationTranscribe, clock: ManualClock, of load: DaySimulationLoad, seed: UInt64) {
        let chance = Mutex(SplitMix64(seed: load.seed + 2 + seed))
        var options = GatewayOptions()
        options.fetch.clock = { clock.now }
        options.fetch.wallTime = { clock.wallTime }
        options.fetch.sleep = { try await clock.sleep(until: $0) }
        options.fetch.jitter = { chance.withLock { 2 * $0.fraction() - 1 } }
        options.fetch.admission.rate = Rate(15, per: .seconds(load.replicas))
        options.fetch.admission.burst = 15 / load.replicas
        options.fetch.admission.reserve = 5 / load.replicas
        registry = PrometheusRegistry()
        let recorder = RequestRecorder(log: nil, names: NameHash(), registry: registry, clock: { clock.now })
        gateway = JobGateway(options: options, source: source, recorder: recorder)
        self.source = source
    }

    /// Whether calls wait for their turn.
    var hasQueue: Bool { queue > 0 }

    /// Whether each flight waits for AWS or for its turn.
    var isSettled: Bool {
        let parked = source.inFlight
        let queue = queue
        return parked + queue == gateway.fetcher.fetchesInFlight
    }

    private var queue: Int { gateway.fetcher.admissionStatus.waiting }
}

/// Where the replies arrive that had to wait.
final class DaySimulationMailbox: Sendable {
    private struct State {
        var open = 0
        var arrived: [(DaySimulationPoll, Reply)] = []
    }

    private struct Slot: PendingReply {
        let mailbox: DaySimulationMailbox
        let poll: DaySimulationPoll
        let reply = Box()

        func prepare(with reply: () -> Reply) -> Bool {
            self.reply.content.withLock { $0 = reply() }
            return true
        }

        func send() {
            guard let reply = reply.content.withLock({ $0 }) else { return }
            mailbox.state.withLock {
                $0.arrived.append((poll, reply))
                $0.open -= 1
            }
        }
    }

    private final class Box: Sendable {
        let content = Mutex<Reply?>(nil)
    }

    private let state = Mutex(State())

    /// Requests that have no reply yet.
    var open: Int { state.withLock(\.open) }

    func slot(for poll: DaySimulationPoll) -> any PendingReply {
        state.withLock { $0.open += 1 }
        return Slot(mailbox: self, poll: poll)
    }

    func empty() -> [(DaySimulationPoll, Reply)] {
        state.withLock { state in
            defer { state.arrived = [] }
            return state.arrived
        }
    }
}
