import FoundationEssentials
import TestSupport
import Testing

/// Recorded HTTP exchanges, in order.
struct Recording {
    struct Exchange {
        let method: String
        /// Scheme and authority.
        let origin: String
        let path: String
        let query: Set<String>
        /// Names in lower case.
        let headers: [String: String]
        let requestBody: String?
        let status: Int
        let responseBody: String
    }

    let exchanges: [Exchange]

    init(_ path: String) throws {
        let events = try (Vectors.decode(from: "credentials/" + path) as Events).events
        let connections = Dictionary(grouping: events, by: \.connection_id)
        exchanges = try connections.keys.sorted().map { try Exchange(connections[$0] ?? []) }
    }
}

extension Recording.Exchange {
    fileprivate init(_ events: [Event]) throws {
        let actions = events.map(\.action)
        let request = try #require(actions.compactMap(\.Request?.request).first)
        let location = Location(request.uri)
        method = request.method
        (origin, path, query) = (location.origin, location.path, location.query)
        headers = request.headers.reduce(into: [:]) { $0[$1.key.lowercased()] = $1.value.first }
        requestBody = Self.body(in: actions, "Request")
        responseBody = Self.body(in: actions, "Response") ?? ""
        status = try #require(actions.compactMap(\.Response?.response.Ok.status).first)
    }

    private static func body(in actions: [Action], _ direction: String) -> String? {
        let parts = actions.compactMap(\.Data).filter { $0.direction == direction }.map(\.data.Utf8)
        return parts.isEmpty ? nil : parts.joined()
    }
}

/// The parts of a URL that requests are compared by.
struct Location {
    let origin: String
    let path: String
    let query: Set<String>

    init(_ url: String) {
        let scheme = url.firstRange(of: "://")!
        let slash = url[scheme.upperBound...].firstIndex(of: "/") ?? url.endIndex
        origin = String(url[..<slash])
        let parts = url[slash...].split(separator: "?", maxSplits: 1).map(String.init)
        path = parts.first ?? "/"
        query = Set(parts.dropFirst().flatMap { $0.split(separator: "&").map(String.init) })
    }
}

private struct Events: Decodable {
    let events: [Event]
}

private struct Event: Decodable {
    let connection_id: Int
    let action: Action
}

private struct Action: Decodable {
    let Request: SentRequest?
    let Data: Piece?
    let Response: Received?

    struct SentRequest: Decodable {
        let request: Head
    }

    struct Head: Decodable {
        let uri: String
        let method: String
        let headers: [String: [String]]
    }

    struct Piece: Decodable {
        let data: Text
        let direction: String
    }

    struct Text: Decodable {
        let Utf8: String
    }

    struct Received: Decodable {
        let response: Outcome
    }

    struct Outcome: Decodable {
        let Ok: Status
    }

    struct Status: Decodable {
        let status: Int
    }
}
