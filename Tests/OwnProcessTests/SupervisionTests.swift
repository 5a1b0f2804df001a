import Foundation
import Glibc
import Testing
import Threads

@testable import OwnProcess

@Suite struct SupervisionTests {
    private static let mine = ["LISTEN_PID": "7", "LISTEN_FDS": "2"]

    private func passed(_ environment: [String: String]) -> [Supervision.Passed] {
        Supervision(environment, process: 7).passed
    }

    @Test func numbersAndNamesWhatWasPassed() {
        #expect(passed(Self.mine).map(\.descriptor) == [3, 4])
        #expect(passed(Self.mine).map(\.name) == ["", ""])
        #expect(
            passed(Self.mine.merging(["LISTEN_FDNAMES": "admin:public"]) { $1 }).map(\.name) == ["admin", "public"])
        #expect(passed(Self.mine.merging(["LISTEN_FDNAMES": "admin"]) { $1 }).map(\.name) == ["admin", ""])
    }

    @Test(arguments: [
        [:], ["LISTEN_FDS": "2"], ["LISTEN_PID": "8", "LISTEN_FDS": "2"], ["LISTEN_PID": "7"],
        ["LISTEN_PID": "7", "LISTEN_FDS": "0"], ["LISTEN_PID": "7", "LISTEN_FDS": "-1"],
        ["LISTEN_PID": "7", "LISTEN_FDS": "two"], ["LISTEN_PID": "+7", "LISTEN_FDS": "2"],
        ["LISTEN_PID": "7", "LISTEN_FDS": "99999999999999999999"], ["LISTEN_PID": "", "LISTEN_FDS": ""],
    ])
    func takesNothingThatIsNotMeantForIt(environment: [String: String]) {
        #expect(passed(environment) == [])
    }

    @Test func isBounded() {
        #expect(passed(["LISTEN_PID": "7", "LISTEN_FDS": "4000000000"]).count == 1_024)
    }

    @Test(arguments: [
        (["WATCHDOG_USEC": "30000000"], Duration.seconds(30)),
        (["WATCHDOG_USEC": "1500", "WATCHDOG_PID": "7"], .microseconds(1_500)),
        (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"], nil), (["WATCHDOG_USEC": "0"], nil),
        (["WATCHDOG_USEC": "-5"], nil), (["WATCHDOG_USEC": "soon"], nil), (["WATCHDOG_PID": "7"], nil), ([:], nil),
    ])
    func knowsHowOftenItHasToSayThatItIsAlive(environment: [String: String], interval: Duration?) {
        #expect(Supervision(environment, process: 7).watchdog == interval)
    }

    @Test(arguments: ["/tmp/m-", "@abstract-"])
    func sendsMessagesToAPathOrAName(start: String) throws {
        let name = start + UUID().uuidString
        let receiver = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer {
            close(receiver)
            unsafe unlink(name)
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(name.utf8)
        if start.hasPrefix("@") { bytes[0] = 0 }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let length = socklen_t(2 + bytes.count)
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(receiver, $0, length) }
        }
        try #require(status == 0)
        try SupervisorMessages(to: name).send(["READY=1", "STATUS=It serves."])
        var buffer = [UInt8](repeating: 0, count: 100)
        let count = unsafe recv(receiver, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        #expect(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self) == "READY=1\nSTATUS=It serves.")
    }

    @Test(arguments: ["", "/", "@", "relative", "vsock:2:1234", "/" + String(repeating: "a", count: 107)])
    func knowsNoOtherKindOfAddress(path: String) {
        #expect(throws: SystemCallError(code: EAFNOSUPPORT)) { try SupervisorMessages(to: path) }
    }

    @Test func saysThatNoProcessReceives() throws {
        let messages = try SupervisorMessages(to: "/nowhere/socket")
        #expect(throws: SystemCallError(code: ENOENT)) { try messages.send(["READY=1"]) }
    }
}
