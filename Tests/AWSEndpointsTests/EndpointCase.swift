import TestSupport

/// One case of `vectors/endpoints`: what AWS's rule set makes of some parameters.
struct EndpointCase: Decodable, Sendable {
    let documentation: String
    let params: Parameters?
    let expect: Expectation

    struct Parameters: Decodable {
        let Region: String?
        let UseFIPS: Bool?
        let UseDualStack: Bool?
        let Endpoint: String?
    }

    struct Expectation: Decodable {
        let endpoint: URL?
        let error: String?

        struct URL: Decodable {
            let url: String
        }
    }

    /// All of them; none where the vectors are absent.
    static let all: [EndpointCase] = {
        let file = try? Vectors.decode(File.self, from: "endpoints/transcribe-endpoint-tests-1.json")
        return file?.testCases ?? []
    }()

    private struct File: Decodable {
        let testCases: [EndpointCase]
    }
}
