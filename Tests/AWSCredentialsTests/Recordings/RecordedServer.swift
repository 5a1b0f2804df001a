import Curl
import HTTPExchange
import HTTPTypes
import MicroHTTPD
import Synchronization

/// A server on loopback that replays a recording: each request is compared with the recorded one of the same position.
/// After the end the last response is repeated, for a client that retries more often than the recorded one.
final class RecordedServer: Handler {
    private struct Play {
        var position = 0
        var differences: [String] = []
    }

    private let exchanges: [Recording.Exchange]
    private let play = Mutex(Play())

    init(_ recording: Recording) {
        exchanges = recording.exchanges
    }

    /// The differences from the recorded requests, and how many of these did not come.
    var differences: [String] {
        play.withLock { play in
            let missing = exchanges.count - play.position
            return play.differences + (missing > 0 ? ["\(missing) requests did not come"] : [])
        }
    }

    func answer(_ request: borrowing Request) -> Handling {
        let origin = request[HTTPField.Name(DetouredTransport.origin)!] ?? ""
        let location = Location(origin + request.target)
        let authorization = request[.authorization]
        let headers = Recording.Exchange.compared.reduce(into: [:]) { $0[$1] = request[HTTPField.Name($1)!] }
        let body = String(decoding: request.body, as: UTF8.self)
        return play.withLock { play in
            guard let expected = exchanges.dropFirst(play.position).first ?? exchanges.last else {
                play.differences.append("nothing is recorded, but \(location.path) was asked")
                return .reply(Reply(status: .notFound))
            }
            play.position += 1
            play.differences += [
                location.origin == expected.origin ? nil : "\(location.origin) instead of \(expected.origin)",
                location.path == expected.path ? nil : "\(location.path) instead of \(expected.path)",
                location.query == expected.query ? nil : "\(location.query) instead of \(expected.query)",
                expected.agrees(with: headers) ? nil : "\(headers) instead of \(expected.headers)",
                expected.agrees(signed: authorization != nil) ? nil : "signed or not, against the recording",
                expected.agrees(withForm: body) ? nil : "another form than \(expected.requestBody ?? "none")",
            ].compactMap(\.self)
            return .reply(Reply(status: .init(code: expected.status), body: Body(expected.responseBody)))
        }
    }

    func reply(to refusal: Refusal, of request: borrowing Request) -> Reply {
        play.withLock { $0.differences.append("refused: \(refusal)") }
        return Reply(status: .badRequest)
    }
}

extension Recording.Exchange {
    /// The headers that matter to the service; all others belong to the library that was recorded.
    static let compared = [
        "accept", "x-amz-sso_bearer_token", "x-aws-ec2-metadata-token", "x-aws-ec2-metadata-token-ttl-seconds",
    ]

    fileprivate func agrees(with found: [String: String]) -> Bool {
        Self.compared.allSatisfy { headers[$0] == nil || headers[$0] == found[$0] }
    }

    /// Of a signature only its presence is compared: the keys and times of the recordings are not those of the cases. For
    /// a container's agent the header holds a token, which the recordings left out.
    fileprivate func agrees(signed isSigned: Bool) -> Bool {
        method != "POST" || isSigned == (headers["authorization"] != nil)
    }

    /// The names of the fields and the action. The roles and tokens of the recordings are not those of the cases.
    fileprivate func agrees(withForm found: String) -> Bool {
        guard method == "POST" else { return found.isEmpty }
        let (found, expected) = (Self.fields(found), Self.fields(requestBody ?? ""))
        return Set(found.keys) == Set(expected.keys) && found["Action"] == expected["Action"]
            && found["Version"] == expected["Version"]
    }

    private static func fields(_ form: String) -> [String: String] {
        form.split(separator: "&").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
            .reduce(into: [:]) { $0[$1[0]] = $1.last }
    }
}

/// Sends every request to a server on loopback, with a header that names its real origin.
struct DetouredTransport: Transport {
    static let origin = "X-Recorded-Origin"

    let client: CurlClient
    let port: UInt16

    func perform(
        _ request: CurlRequest, deadline: ContinuousClock.Instant
    ) async throws(CurlError) -> CurlResponse {
        let location = Location(request.url)
        var request = request
        request.url = "http://127.0.0.1:\(port)" + request.url.dropFirst(location.origin.count)
        request.headers.append((Self.origin, location.origin))
        request.bypassesProxies = true
        return try await client.perform(request, deadline: deadline)
    }
}
