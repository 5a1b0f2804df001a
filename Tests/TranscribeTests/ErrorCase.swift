import Curl
import TestSupport

/// One case of Smithy's `GreetingWithErrors` (`vectors/awsjson11`): an answer, and the error that a client must see in it.
struct ErrorCase: Decodable, Sendable {
    let id: String
    let errorCode: String
    let errorMessage: String?
    let response: Response

    struct Response: Decodable {
        let status_code: Int
        let headers: [String: String]
        let body: String?

        /// Header names in any spelling: these are capitals.
        var asCurlResponse: CurlResponse {
            CurlResponse(
                status: status_code, headers: CurlHeaders(headers.map { (name: $0.uppercased(), value: $1) }),
                body: Array((body ?? "").utf8))
        }
    }

    /// All of them; none where the vectors are absent.
    static let all: [ErrorCase] = {
        let suites = (try? Vectors.decode([Suite].self, from: "awsjson11/output-json.json")) ?? []
        return suites.flatMap(\.cases).filter { $0.given.name == "GreetingWithErrors" }.compactMap(\.error)
    }()

    private struct Suite: Decodable {
        let cases: [Case]
    }

    private struct Case: Decodable {
        let given: Operation
        let error: ErrorCase?

        struct Operation: Decodable {
            let name: String
        }

        init(from decoder: any Decoder) throws {
            given = try decoder.container(keyedBy: CodingKeys.self).decode(Operation.self, forKey: .given)
            error = try? ErrorCase(from: decoder)
        }

        private enum CodingKeys: CodingKey {
            case given
        }
    }
}
