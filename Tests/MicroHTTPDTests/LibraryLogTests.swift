import Glibc
import Synchronization
import Testing

@testable import MicroHTTPD

@Suite struct LibraryLogTests {
    private let counters = ServerCounters()
    private let said = Lines()
    private let start = ContinuousClock.now

    @Test func saysOneThingASecondAndHowMuchItLeftOut() {
        let libraryLog = LibraryLog(counters: counters, log: said.add)
        for hundredth in 0..<250 {
            _ = libraryLog.receive("Something\nodd", error: 0, at: start + .milliseconds(10 * hundredth))
        }
        #expect(
            said.all == [
                "Something odd", "Something odd (and 99 more messages)", "Something odd (and 99 more messages)",
            ])
    }

    @Test func pausesAThreadThatWouldSpinForWantOfADescriptor() {
        let libraryLog = LibraryLog(counters: counters, log: said.add)
        #expect(libraryLog.receive("Error accepting connection: %s\n", error: EMFILE, at: start) == 0)
        let message = "Hit process or system resource limit at FIRST connection. This is really bad"
        #expect(libraryLog.receive(message, error: EMFILE, at: start) > 0)
        #expect(libraryLog.receive("Hit process or system resource limit at %u connections", error: 0, at: start) == 0)
        #expect(counters.counts.shortages == 2)
        #expect(said.all.count == 1)
        #expect(said.all.first?.contains("raise the limit of open files") == true)
    }

    @Test func tellsOfOtherTroubleWithNewConnections() {
        let libraryLog = LibraryLog(counters: counters, log: said.add)
        _ = libraryLog.receive("Error accepting connection: %s\n", error: EPERM, at: start)
        #expect(said.all == ["Error accepting connection: %s"])
        #expect(counters.counts.shortages == 0)
    }
}

private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func add(_ line: String) { lines.withLock { $0.append(line) } }
}
