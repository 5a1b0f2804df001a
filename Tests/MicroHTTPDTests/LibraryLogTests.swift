import Glibc
import Synchronization
import Testing

@testable import MicroHTTPD

@Suite struct LibraryLogTests {
    private let counters = ServerCounters()
    private let logged = Lines()
    private let start = ContinuousClock.now

    @Test func logsOneMessageASecondAndHowManyItSuppressed() {
        let libraryLog = LibraryLog(counters: counters, log: logged.add)
        for hundredth in 0..<250 {
            _ = libraryLog.receive("Something\nodd", error: 0, at: start + .milliseconds(10 * hundredth))
        }
        #expect(
            logged.all == [
                "libmicrohttpd: Something odd", "libmicrohttpd: Something odd (and 99 more messages)", "libmicrohttpd: Something odd (and 99 more messages)",
            ])
    }

    @Test func pausesAThreadThatWouldSpinWithoutADescriptor() {
        let libraryLog = LibraryLog(counters: counters, log: logged.add)
        #expect(libraryLog.receive("Error accepting connection: %s\n", error: EMFILE, at: start) == 0)
        let message = "Hit process or system resource limit at FIRST connection. This is really bad"
        #expect(libraryLog.receive(message, error: EMFILE, at: start) > 0)
        #expect(libraryLog.receive("Hit process or system resource limit at %u connections", error: 0, at: start) == 0)
        #expect(counters.counts.shortages == 2)
        #expect(logged.all.count == 1)
        #expect(logged.all.first?.contains("raise the limit of open files") == true)
    }

    @Test func logsOtherErrorsOfNewConnections() {
        let libraryLog = LibraryLog(counters: counters, log: logged.add)
        _ = libraryLog.receive("Error accepting connection: %s\n", error: EPERM, at: start)
        #expect(logged.all == ["libmicrohttpd: Error accepting connection: %s"])
        #expect(counters.counts.shortages == 0)
    }
}
