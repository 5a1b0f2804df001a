import FoundationEssentials

/// The description of this API as a reader sees it, in its order: what `Tests/OpenAPI/to_json.py` makes of openapi.yaml.
struct APIReading: Decodable {
    let title: String
    let summary: String
    let about: [Block]
    let groups: [Group]
    let answers: [Answer]

    /// Operations that belong together.
    struct Group: Decodable {
        let name: String
        let description: [Block]
        let operations: [Operation]
    }

    /// What GET does at a path.
    struct Operation: Decodable {
        let id: String
        let path: String
        /// The path with the examples of its parameters: where a form leads without script.
        let examplePath: String
        let summary: String
        let description: [Block]
        let parameters: [Parameter]
        let samples: [Sample]
        let responses: [Response]
    }

    struct Parameter: Decodable {
        let name: String
        let place: Place
        let isRequired: Bool
        let type: String
        let isList: Bool
        /// Those that are allowed; empty where the type alone says it.
        let values: [String]
        let description: [Block]
        /// Empty where there is none.
        let example: String

        enum Place: String, Decodable {
            case path, query, header
        }
    }

    /// A program for a reader to copy.
    struct Sample: Decodable {
        let language: String
        let label: String
        let source: String
    }

    struct Response: Decodable {
        let status: String
        /// The name of an ``Answer``.
        let answer: String
    }

    struct Answer: Decodable {
        let name: String
        let description: [Block]
        /// Media types of its content.
        let types: [String]
        let examples: [Example]
    }

    struct Example: Decodable {
        let summary: String
        let text: String
    }

    /// A piece of a text: rows of cells, each of pieces with a style. All but a table have one cell.
    struct Block: Decodable {
        let kind: Kind
        let rows: [[[Span]]]

        enum Kind: String, Decodable {
            case paragraph, code, table
        }

        struct Span: Decodable {
            let text: String
            let style: Style

            enum Style: String, Decodable {
                case plain, strong, code
            }
        }
    }

    /// That of this program.
    ///
    /// - Throws: where the file has another form; a test reads it.
    static func own() throws -> APIReading {
        try JSONDecoder().decode(APIReading.self, from: Data(PackageResources.reading_json))
    }
}
