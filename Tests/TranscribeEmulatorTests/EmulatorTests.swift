import Formats
import Foundation
import HTTPExchange
import HTTPTypes
import SigV4
import Synchronization
import Testing
import TranscribeEmulator

@Suite struct EmulatorTests {
    private static let credentials = Credentials(
        accessKeyID: "AKID", secretAccessKey: "secret", sessionToken: nil, expiration: nil)
    private static let start = Timestamp(millisecondsSinceEpoch: 1_795_500_525_188)

    private let clock = Clock()
    private let emulator: Emulator

    /// A clock that the test sets.
    private final class Clock: Sendable {
        private let time = Mutex(start)

        var now: Timestamp { time.withLock { $0 } }

        func advance(seconds: Int64) { time.withLock { $0 = $0.adding(milliseconds: seconds * 1_000) } }
    }

    init() {
        emulator = Emulator(
            region: "us-east-1", credentials: [Self.credentials],
            jobs: [EmulatedJob(name: "moving", queuedFor: .seconds(10), runsFor: .seconds(20))],
            clock: { [clock] in clock.now })
    }

    private func ask(
        _ name: String, target: String = "Transcribe.GetMedicalTranscriptionJob", secret: String = "secret",
        at time: Timestamp? = nil, tamper: Bool = false, body: String? = nil
    ) throws -> Reply {
        let headers = [
            (name: "Host", value: "emulator"), (name: "Content-Type", value: "application/x-amz-json-1.1"),
            (name: "X-Amz-Target", value: target),
        ]
        let body = Array((body ?? "{\"MedicalTranscriptionJobName\":\"\(name)\"}").utf8)
        let signed = Signer(region: "us-east-1", service: "transcribe").headers(
            for: SigningRequest(method: "POST", headers: headers, body: body),
            credentials: Credentials(
                accessKeyID: "AKID", secretAccessKey: secret, sessionToken: nil, expiration: nil),
            at: time ?? clock.now)
        let request = Request(
            method: .post, target: "/", host: "emulator", peer: PeerAddress(ipv4: 0x7F00_0001),
            body: tamper ? body + [0x20] : body, fields: Fields(lines: headers + signed))
        guard case .reply(let reply) = emulator.answer(request) else { throw Waits() }
        return reply
    }

    private struct Waits: Error {}

    private func job(in reply: Reply) throws -> [String: Any] {
        let body = try JSONSerialization.jsonObject(with: Data(reply.body.bytes)) as? [String: Any]
        return try #require(body?["MedicalTranscriptionJob"] as? [String: Any])
    }

    private func code(in reply: Reply) throws -> String? {
        (try JSONSerialization.jsonObject(with: Data(reply.body.bytes)) as? [String: Any])?["__type"] as? String
    }

    @Test func movesAJobAlongFromItsFirstLookUp() throws {
        clock.advance(seconds: 1_000)
        #expect(try job(in: ask("moving"))["TranscriptionJobStatus"] as? String == "QUEUED")
        clock.advance(seconds: 10)
        let running = try job(in: ask("moving"))
        #expect(running["TranscriptionJobStatus"] as? String == "IN_PROGRESS")
        #expect((running["Transcript"] as? [String: Any])?.isEmpty == true)
        #expect(running["CreationTime"] as? Double == 1_795_501_525.188)
        clock.advance(seconds: 20)
        let finished = try job(in: ask("moving"))
        #expect(finished["TranscriptionJobStatus"] as? String == "COMPLETED")
        #expect((finished["Transcript"] as? [String: Any])?["TranscriptFileUri"] != nil)
        #expect(emulator.calls(for: "moving") == 3)
    }

    @Test func failsAJobWithItsReason() throws {
        emulator.put(EmulatedJob(name: "broken", createdAt: Self.start, failureReason: "Invalid file size"))
        let failed = try job(in: ask("broken"))
        #expect(failed["TranscriptionJobStatus"] as? String == "FAILED")
        #expect(failed["FailureReason"] as? String == "Invalid file size")
    }

    @Test func knowsNoOtherJob() throws {
        let reply = try ask("other")
        #expect(reply.status.code == 400)
        #expect(try code(in: reply) == "BadRequestException")
        emulator.remove("moving")
        #expect(try ask("moving").status.code == 400)
    }

    @Test func refusesWhatIsNotSignedRightly() throws {
        #expect(try code(in: ask("moving", secret: "wrong")) == "InvalidSignatureException")
        #expect(try code(in: ask("moving", tamper: true)) == "InvalidSignatureException")
        #expect(
            try code(in: ask("moving", at: Self.start.adding(milliseconds: -301_000))) == "InvalidSignatureException")
        #expect(try code(in: ask("moving", target: "Transcribe.Other")) == "UnknownOperationException")
        #expect(emulator.calls() == 0)
    }

    @Test func goesWrongOnDemandAndOnlyThen() throws {
        emulator.inject(.error(code: "ThrottlingException", status: 400), .otherJob, .oversized(2 << 20), for: "moving")
        #expect(try code(in: ask("moving")) == "ThrottlingException")
        #expect(try job(in: ask("moving"))["MedicalTranscriptionJobName"] as? String == "another")
        #expect(try ask("moving").body.bytes.count == 2 << 20)
        #expect(try job(in: ask("moving"))["MedicalTranscriptionJobName"] as? String == "moving")
        emulator.inject(.hang, for: "moving")
        #expect(throws: Waits.self) { try ask("moving") }
    }

    /// Whether the page of the list is one, the names on it, and the token of the next page.
    private func list(_ input: String) throws -> (names: [String], token: String?) {
        let reply = try ask("", target: "Transcribe.ListMedicalTranscriptionJobs", body: input)
        let page = try #require(try JSONSerialization.jsonObject(with: Data(reply.body.bytes)) as? [String: Any])
        guard reply.status == .ok else { return ([try #require(page["__type"] as? String)], nil) }
        let jobs = try #require(page["MedicalTranscriptionJobSummaries"] as? [[String: Any]])
        return (jobs.compactMap { $0["MedicalTranscriptionJobName"] as? String }, page["NextToken"] as? String)
    }

    @Test func listsJobsByStatusTheNewestFirstInPages() throws {
        for number in 1...5 {
            let createdAt = Self.start.adding(milliseconds: Int64(number) * 1_000)
            emulator.put(EmulatedJob(name: "run\(number)", createdAt: createdAt, runsFor: .seconds(1_000)))
        }
        emulator.put(EmulatedJob(name: "over", createdAt: Self.start))
        clock.advance(seconds: 100)
        let first = try list(#"{"Status":"IN_PROGRESS","MaxResults":2}"#)
        #expect(first.names == ["run5", "run4"])
        let token = try #require(first.token)
        let second = try list(#"{"Status":"IN_PROGRESS","MaxResults":3,"NextToken":"\#(token)"}"#)
        #expect(second.names == ["run3", "run2", "run1"] && second.token == nil)
        #expect(try list(#"{"Status":"COMPLETED"}"#).names == ["over"])
        #expect(try list("{}").names.count == 6)
        #expect(emulator.lists == 4 && emulator.calls() == 0)
    }

    /// A job that is created by its first look-up is not listed before that.
    @Test func listsWhatHasBeenCreated() throws {
        #expect(try list("{}").names == [])
        _ = try ask("moving")
        #expect(try list(#"{"Status":"QUEUED"}"#).names == ["moving"])
        clock.advance(seconds: 10)
        #expect(try list(#"{"Status":"QUEUED"}"#).names == [])
        #expect(try list(#"{"Status":"IN_PROGRESS"}"#).names == ["moving"])
    }

    @Test(arguments: [
        (#"{"Status":"RUNNING"}"#, "BadRequestException"), (#"{"MaxResults":0}"#, "BadRequestException"),
        (#"{"MaxResults":101}"#, "BadRequestException"), (#"{"NextToken":"x"}"#, "BadRequestException"),
        (#"{"NextToken":"from/x"}"#, "BadRequestException"), ("[]", "SerializationException"),
    ])
    func refusesAListThatAWSWouldRefuse(input: String, code: String) throws {
        #expect(try list(input).names == [code])
    }

    @Test func injectsFaultsIntoLists() throws {
        emulator.injectIntoLists(.error(code: "AccessDeniedException", status: 400))
        #expect(try list("{}").names == ["AccessDeniedException"])
        #expect(try list("{}").names == [])
    }
}

private struct Fields: RequestFields {
    let lines: [(name: String, value: String)]

    func value(of name: HTTPField.Name) -> String? {
        lines.first { $0.name.lowercased() == name.canonicalName }?.value
    }
}
