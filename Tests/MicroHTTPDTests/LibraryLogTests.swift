import Glibc
import Testing

@testable import MicroHTTPD

@Suite struct LibraryLogTests {
    private let logged = Lines()
    private let start = ContinuousClock.now

    /// - Parameter arguments: texts and numbers, as the pattern of printf(3) takes them.
    private func receive(
        _ pattern: String, _ arguments: [Argument] = [], at time: Duration = .zero, in log: LibraryLog? = nil
    ) {
        let log = log ?? LibraryLog(log: logged.add)
        let texts = unsafe arguments.map { unsafe $0.text.flatMap { unsafe strdup($0) } }
        defer { unsafe texts.forEach { unsafe free($0) } }
        let list = unsafe zip(arguments, texts).map { unsafe $1 ?? $0.number as any CVarArg }
        unsafe withVaList(list) { unsafe log.receive(pattern, $0, at: start + time) }
    }

    private enum Argument {
        case text(String)
        case number(UInt32)

        var text: String? {
            if case .text(let text) = self { text } else { nil }
        }

        var number: UInt32 {
            if case .number(let number) = self { number } else { 0 }
        }
    }

    @Test func logsOneMessageASecondAndHowManyItSuppressed() {
        let libraryLog = LibraryLog(log: logged.add)
        for hundredth in 0..<250 {
            receive("Something\nodd\n", at: .milliseconds(10 * hundredth), in: libraryLog)
        }
        #expect(
            logged.all == [
                "Something odd", "Something odd (and 99 more messages)", "Something odd (and 99 more messages)",
            ])
    }

    @Test func formatsArguments() {
        receive("%s\n", [.text("Broken pipe")])
        receive("Setting %s option to %s state failed: %u\n", [.text("CORK"), .text("ON"), .number(7)])
        #expect(logged.all == ["Broken pipe", "Setting CORK option to ON state failed: 7"])
    }

    /// The first text of such a message is the path of a request.
    @Test(arguments: [
        ("Failed to send data in request for %s.\n", "Failed to send data in request for ."),
        ("Failed to hand on the request for `%s'. Error: %s\n", "Failed to hand on the request for `'. Error: why"),
    ])
    func leavesOutPaths(pattern: String, text: String) {
        receive(pattern, [.text("/jobs/Jane-Doe-1970"), .text("why")])
        #expect(logged.all == [text])
    }

    @Test func keepsAMessageShortAndWithoutControlCharacters() {
        receive("<%s>\n", [.text("\u{1b}[31m\r\n" + String(repeating: "é", count: 1_000))])
        #expect(logged.all.first?.hasPrefix("< [31m  éé") == true)
        #expect(logged.all.first?.utf8.count ?? 0 <= 243)
        #expect(logged.all.first?.contains("\n") == false)
    }

    @Test func leavesWhatTheAccessLogSaysToIt() {
        receive(Self.refusal, [.number(505), .text("<html>")])
        receive("%s\n", [.text("Application reported internal error, closing connection.")])
        receive(
            "Failed to send the response headers for the request for `%s'. Error: %s\n", [.text("/"), .text("why")])
        #expect(logged.all.isEmpty)
    }

    @Test func leavesOutWhatIsKnownOfUnixSocketsWhereThereAreSome() {
        let pattern = "Setting %s option to ON state failed: Operation not supported\n"
        receive(pattern, [.text("TCP_NODELAY")], in: LibraryLog(hasUnixSockets: true, log: logged.add))
        #expect(logged.all.isEmpty)
        receive(pattern, [.text("TCP_NODELAY")])
        #expect(logged.all.count == 1)
    }

    @Test func keepsTheStatusOfARefusalUntilItIsTaken() {
        let libraryLog = LibraryLog(log: logged.add)
        for status in [431, 505, 400] as [UInt32] {
            receive(Self.refusal, [.number(status), .text("<html>")], in: libraryLog)
        }
        #expect(!libraryLog.refusals.take(413))
        #expect(libraryLog.refusals.takeOfRequestLine() == 505)
        #expect(libraryLog.refusals.take(431))
        #expect(!libraryLog.refusals.take(431))
        #expect(libraryLog.refusals.takeOfRequestLine() == 400)
        #expect(libraryLog.refusals.takeOfRequestLine() == nil)
    }

    private static let refusal = "Error processing request (HTTP response code is %u ('%s')). Closing connection.\n"
}
