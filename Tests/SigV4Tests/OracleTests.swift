import Formats
import FoundationEssentials
import SigV4
import TestSupport
import Testing

/// Compares with botocore's signatures, from a file that `Oracle/sign_with_botocore.py 500 SEED` writes.
@Suite(.enabled(if: Oracle.isExpected, "skipped: SIGV4_ORACLE names no file of Oracle/sign_with_botocore.py"))
struct OracleTests {
    @Test func signsEveryRequestAsBotocoreDoes() throws {
        let examples = try Oracle.examples()
        #expect(examples.count == 500)
        for example in examples {
            let headers = try example.sign()
            let signed = Dictionary(uniqueKeysWithValues: headers.map { ($0.name, $0.value) })
            #expect(signed == example.signedLines, "\(example.time) \(example.host)")
        }
    }

    @Test func acceptsEveryRequestThatBotocoreSigned() throws {
        for example in try Oracle.examples() {
            let request = example.signedRequest()
            let verifier = Verifier(region: example.region, service: "transcribe")
            let time = try #require(Timestamp(rfc3339: example.time))
            #expect(throws: Never.self) {
                try verifier.verify(request, known: [example.credentials.value], at: time)
            }
        }
    }
}

enum Oracle {
    static let file = ProcessInfo.processInfo.environment["SIGV4_ORACLE"]
    static let isExpected = TestRun.isContinuousIntegration || file != nil

    static func examples() throws -> [Example] {
        let text = try Data(contentsOf: URL(filePath: try #require(file)))
        return try text.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(Example.self, from: $0) }
    }

    struct Example: Decodable {
        struct Key: Decodable {
            let accessKeyID: String
            let secretAccessKey: String
            let sessionToken: String?

            var value: Credentials {
                Credentials(accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: sessionToken)
            }
        }

        let scheme: String
        let host: String
        let port: Int?
        let contentType: String
        let operation: String
        let userAgent: String
        let body: Data
        let region: String
        let credentials: Key
        let time: String
        let signed: [String: String?]

        func sign() throws -> [(name: String, value: String)] {
            let time = try #require(Timestamp(rfc3339: time))
            return Signer(region: region, service: "transcribe")
                .headers(for: request, credentials: credentials.value, at: time)
        }

        /// The lines that botocore set, by their names in lower case.
        var signedLines: [String: String] {
            let lines = signed.compactMap { name, value in value.map { (name.lowercased(), $0) } }
            return Dictionary(uniqueKeysWithValues: lines)
        }

        /// The request with the lines that botocore set.
        func signedRequest() -> SigningRequest {
            var request = request
            request.headers += signedLines.map { ($0.key, $0.value) }
            return request
        }

        private var request: SigningRequest {
            SigningRequest(
                method: "POST",
                headers: [
                    ("Host", SigningRequest.host(host, port: port, scheme: scheme)), ("Content-Type", contentType),
                    ("X-Amz-Target", operation), ("User-Agent", userAgent),
                ], body: Array(body))
        }
    }
}
