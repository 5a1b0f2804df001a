import OwnProcess
import Testing

@testable import TranscribeGateway

@Suite struct PassedSocketsTests {
    private func choice(_ names: String...) throws(PassedSocketsError) -> [Int32?] {
        let passed = names.enumerated().map { Supervision.Passed(descriptor: Int32($0), name: $1) }
        let choice = try PassedSockets.choice(among: passed)
        return [choice.gateway?.descriptor, choice.admin?.descriptor]
    }

    @Test func findsListenersByTheirNames() throws {
        #expect(try choice() == [nil, nil])
        #expect(try choice("public") == [0, nil])
        #expect(try choice("admin") == [nil, 0])
        #expect(try choice("admin", "public") == [1, 0])
    }

    /// The name of a socket without `FileDescriptorName=` is that of its unit.
    @Test func takesTheFirstOfAnotherNameForThePublicListener() throws {
        #expect(try choice("transcribe-gateway.socket") == [0, nil])
        #expect(try choice("") == [0, nil])
        #expect(try choice("admin", "unknown") == [1, 0])
    }

    @Test(arguments: [
        ["public", "public"], ["admin", "admin"], ["a", "b"], ["public", "other"], ["public", "admin", "other"],
    ])
    func refusesMoreThanOneForAListener(names: [String]) {
        let passed = names.enumerated().map { Supervision.Passed(descriptor: Int32($0), name: $1) }
        #expect(throws: PassedSocketsError.self) { try PassedSockets.choice(among: passed) }
    }

    @Test func namesWhatWasPassedAndWhatIsWanted() {
        let error = PassedSocketsError(names: ["a.socket", "b.socket"])
        #expect(
            error.description == """
                systemd has passed 2 sockets, called "a.socket", "b.socket". The gateway takes one for the public listener and one \
                for the operators': call them public and admin (FileDescriptorName=).
                """)
    }
}
