import FoundationEssentials

/// What can be read of the body of an error. Nothing in it can fail: a proxy's HTML, XML, an empty body and members of
/// the wrong type all read as absent.
struct ErrorBody: Decodable {
    /// `code`, then `__type`: of the top level only, a nested `__type` belongs to something else.
    var codes: [String] = []
    var message: String?

    init(reading body: [UInt8]) {
        self = (try? JSONDecoder().decode(ErrorBody.self, from: Data(body))) ?? ErrorBody()
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        func text(_ key: CodingKeys) -> String? { try? members.decode(String.self, forKey: key) }
        codes = [text(.code), text(.type)].compactMap(\.self)
        message = text(.message) ?? text(.capitalMessage) ?? text(.errorMessage)
    }

    private init() {}

    private enum CodingKeys: String, CodingKey {
        case code
        case type = "__type"
        case message
        /// What Transcribe's own errors use; those of the layers in front of it use `message`.
        case capitalMessage = "Message"
        case errorMessage
    }
}
