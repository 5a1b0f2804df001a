import HTTPExchange
import Synchronization

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
