import Curl
import Formats
import FoundationEssentials
import TestSupport
import Testing
import UpstreamTestSupport

@testable import Transcribe

/// What holds for every operation, seen at one that the tests make up.
@Suite struct OperationTests {
    /// An operation that answers with the length of the body.
    private static func echo(isSafeToRetry: Bool = true) -> Operation<Int> {
        Operation(target: "Transcribe.Echo", body: Array(#"{"a":1}"#.utf8), isSafeToRetry: isSafeToRetry) {
            body throws(MalformedResponse) in
            guard !body.isEmpty else { throw .withoutJob }
            return body.count
        }
    }

    private func result(
        _ operation: Operation<Int>, in scenario: ClientScenario
    ) async -> Result<Int, TranscribeError> {
        do throws(TranscribeError) {
            let response = try await scenario.client.perform(
                operation, deadline: scenario.time.source.now() + .seconds(5), mayRetry: { true }, attemptBegan: {},
                attemptFailed: { _ in }, admitRetry: { true })
            return .success(response.output)
        } catch {
            return .failure(error)
        }
    }

    @Test func sendsItsTargetAndItsBody() async throws {
        let scenario = try ClientScenario([ScriptedTransport.answer(200, "{}")])
        #expect(await result(Self.echo(), in: scenario) == .success(2))
        let request = try #require(scenario.transport.requests.first)
        #expect(request.values(of: "x-amz-target") == ["Transcribe.Echo"])
        #expect(String(decoding: request.body, as: UTF8.self) == #"{"a":1}"#)
        #expect(scenario.outcomes.all == ["succeeded"])
    }

    @Test func readsItsOwnOutput() async throws {
        let scenario = try ClientScenario([ScriptedTransport.answer(200, "")])
        #expect(
            await result(Self.echo(), in: scenario).error
                == .malformedResponse(.withoutJob, ResponseOrigin(status: 200, requestID: "4f1b-22")))
    }

    @Test(arguments: [CurlError.closedEarly, .timedOut(.awaitingResponse), .other(code: 56)])
    func isNotRepeatedIfItMayHaveArrivedUnlessThatIsSafe(failure: CurlError) async throws {
        let scenario = try ClientScenario([ScriptedTransport.failure(failure)])
        #expect(await result(Self.echo(isSafeToRetry: false), in: scenario).error != nil)
        #expect(scenario.transport.requests.count == 1)
        #expect(scenario.time.sleeps.isEmpty)

        let safe = try ClientScenario([ScriptedTransport.failure(failure), ScriptedTransport.answer(200, "{}")])
        #expect(await result(Self.echo(), in: safe) == .success(2))
    }

    @Test(arguments: [
        ScriptedTransport.failure(.couldNotConnect), ScriptedTransport.refusal(400, "ThrottlingException"),
        ScriptedTransport.refusal(503, "ServiceUnavailable"),
    ])
    func isRepeatedIfNothingWasDone(first: @escaping ScriptedTransport.Step) async throws {
        let scenario = try ClientScenario([first, ScriptedTransport.answer(200, "{}")])
        #expect(await result(Self.echo(isSafeToRetry: false), in: scenario) == .success(2))
    }

    /// Smithy's inputs of other services: method, path, content type and target are those of the protocol.
    @Test(.enabled(if: !InputCase.all.isEmpty)) func isSentAsSmithyDescribes() async throws {
        for input in InputCase.all {
            let operation = Operation(target: input.target, body: Array(input.body.utf8), isSafeToRetry: true) {
                body throws(MalformedResponse) in body.count
            }
            let scenario = try ClientScenario([ScriptedTransport.answer(200, "{}")])
            #expect(await result(operation, in: scenario) == .success(2))
            let request = try #require(scenario.transport.requests.first)
            #expect(request.method == input.method, "\(input.id)")
            #expect(request.url == "https://transcribe.eu-west-1.amazonaws.com\(input.uri)", "\(input.id)")
            #expect(String(decoding: request.body, as: UTF8.self) == input.body, "\(input.id)")
            for (name, value) in input.headers { #expect(request.values(of: name) == [value], "\(input.id)") }
        }
    }

    /// Smithy's errors, met by a call of an operation rather than by their reader alone.
    @Test(.enabled(if: !ErrorCase.all.isEmpty)) func failsAsSmithyDescribes() async throws {
        for known in ErrorCase.all {
            let response = known.response.asCurlResponse
            let scenario = try ClientScenario([{ _ in .success(response) }], attempts: 1)
            let error = await result(Self.echo(), in: scenario).error
            #expect(error?.origin?.code?.text == known.errorCode, "\(known.id)")
        }
    }
}

/// One case of Smithy's inputs (`vectors/awsjson11`): a request. Those of the root of an endpoint that have a body.
private struct InputCase: Sendable {
    let id: String
    let method: String
    let uri: String
    let headers: [String: String]
    let body: String
    let target: String

    /// All of them; none where the vectors are absent.
    static let all: [InputCase] = {
        let suites = (try? Vectors.decode([Suite].self, from: "awsjson11/input-json.json")) ?? []
        return suites.flatMap(\.cases).compactMap(\.input)
    }()

    private struct Suite: Decodable {
        let cases: [Case]
    }

    private struct Case: Decodable {
        let id: String
        let serialized: Request

        struct Request: Decodable {
            let method: String?
            let uri: String?
            let headers: [String: String]?
            let body: String?
        }

        var input: InputCase? {
            guard let headers = serialized.headers, let target = headers["X-Amz-Target"], let body = serialized.body,
                let method = serialized.method, let uri = serialized.uri, uri == "/"
            else { return nil }
            return InputCase(id: id, method: method, uri: uri, headers: headers, body: body, target: target)
        }
    }
}
