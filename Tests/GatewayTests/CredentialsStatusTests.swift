import Formats
import Telemetry
import Testing

@testable import Gateway

@Suite struct CredentialsStatusTests {
    private let readiness = Readiness()
    private let noon = Timestamp(rfc3339: "2026-11-24T12:00:00Z")!

    private var text: String {
        var text = TextBuffer()
        text.openObject()
        readiness.writeCredentials(to: &text)
        text.closeObject()
        return String(decoding: text.bytes, as: UTF8.self)
    }

    @Test func saysNothingBeforeAnythingIsKnown() {
        #expect(text == "{}")
    }

    @Test func namesTheSourceAndTheEnd() {
        readiness.updateCredentials { $0 = CredentialsStatus(source: "container", expiration: noon) }
        #expect(text == #"{"credentials":{"source":"container","expiration":"2026-11-24T12:00:00.000Z"}}"#)
        readiness.updateCredentials { $0 = CredentialsStatus(source: "environment") }
        #expect(text == #"{"credentials":{"source":"environment"}}"#)
    }

    @Test func keepsTheLastFailureUntilARefreshSucceeds() {
        readiness.updateCredentials { $0 = CredentialsStatus(source: "container") }
        readiness.updateCredentials { $0.failure = .init(at: noon, reason: "gone") }
        let failure = #""lastFailure":{"at":"2026-11-24T12:00:00.000Z","reason":"gone"}"#
        #expect(text == #"{"credentials":{"source":"container",\#(failure)}}"#)
        readiness.updateCredentials { $0 = CredentialsStatus(source: "container") }
        #expect(text == #"{"credentials":{"source":"container"}}"#)
    }
}
