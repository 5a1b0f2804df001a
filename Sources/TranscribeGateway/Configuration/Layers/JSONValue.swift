/// Any JSON value; a number is kept as text, because settings are read as text.
enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// With its article, for a sentence.
    var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The text of a value that is one; a list's elements separated by commas.
    func text(isList: Bool) -> String? {
        switch self {
        case .bool(let value): "\(value)"
        case .number(let text), .string(let text): text
        case .array(let elements) where isList: Self.list(elements)
        case .null, .array, .object: nil
        }
    }

    private static func list(_ elements: [JSONValue]) -> String? {
        let texts = elements.map { if case .string(let text) = $0 { text } else { nil as String? } }
        return texts.contains(nil) ? nil : texts.compactMap { $0 }.joined(separator: ",")
    }
}

extension JSONValue: Decodable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .number("\(value)")
        } else if let value = try? container.decode(Double.self) {
            self = .number("\(value)")
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }
}
