import CMicroHTTPD
import Testing

@testable import MicroHTTPD

@Suite struct SelfTestTests {
    /// The version only says what the test expects. The program does not ask for it.
    @Test func seesWhatTheLibraryDoes() {
        switch unsafe String(cString: MHD_get_version()) {
        case "0.9.75":
            #expect(
                LibraryBehaviour.observed
                    == LibraryBehaviour(checks: .layout, sendsJoinedFields: true, knowsDiscipline: false))
        case let version where version.hasPrefix("1.0."):
            #expect(LibraryBehaviour.observed.checks == .library)
            #expect(LibraryBehaviour.observed.knowsDiscipline)
        default: #expect(LibraryBehaviour.observed.checks != .layout)
        }
    }

    @Test func seesTheSameAgain() {
        for _ in 1...20 { #expect(SelfTest.behaviour() == LibraryBehaviour.observed) }
    }
}
