import AWSCredentials
import Curl
import HTTPTypes
import SigV4
import Testing
import UpstreamTestSupport

@Suite(.timeLimit(.minutes(1))) struct InstanceRegionTests {
    private func region(
        _ environment: [String: String] = [:], through transport: some Transport
    ) async -> InstanceRegion {
        await InstanceRegion(
            environment: environment, files: FileReader(root: "/nowhere"), transport: transport, at: .noon,
            pause: { _ in })
    }

    @Test func asksForThePlacementOfTheInstance() async throws {
        let service = InstanceMetadataService { request in
            request.target == "/latest/meta-data/placement/region" ? .text("eu-west-3\n") : nil
        }
        try await service.server.serving { transport in
            #expect(await region(through: transport) == .found("eu-west-3"))
        }
        #expect(service.server.seen.map(\.method) == ["PUT", "GET"])
    }

    @Test(arguments: [HTTPResponse.Status.forbidden, .notFound, .methodNotAllowed])
    func hasNoneWhereTheServiceIsSwitchedOff(status: HTTPResponse.Status) async throws {
        try await AgentServer { _ in .text("", status: status) }.serving { transport in
            #expect(await region(through: transport) == .none)
        }
    }

    @Test func hasNoneWithoutAService() async {
        #expect(await region(through: ScriptedTransport.unreachable) == .none)
        let transport = ScriptedTransport.unreachable
        #expect(await region(["AWS_EC2_METADATA_DISABLED": "true"], through: transport) == .none)
        #expect(transport.requests.isEmpty)
    }

    @Test func mayKnowALittleLater() async {
        let silent = ScriptedTransport { _ throws(CurlError) in throw .timedOut(.awaitingResponse) }
        guard case .notYet(let reason) = await region(through: silent) else {
            Issue.record("took silence for good")
            return
        }
        #expect(reason.contains("did not answer within 1 s"))
        let cutOff = ScriptedTransport { _ throws(CurlError) in throw .noRoute }
        #expect(
            await region(through: cutOff)
                == .notYet(reason: "http://169.254.169.254 cannot be reached: \(CurlError.noRoute)"))
        let failing = ScriptedTransport(.success(CurlResponse(status: 503)))
        #expect(
            await region(through: failing)
                == .notYet(reason: "the instance metadata service answered with status 503"))
    }
}
