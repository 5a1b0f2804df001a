/// A piece of a page, escaped by construction: text is always escaped, and markup comes only from named elements.
struct HTML: Sendable {
    /// The piece in UTF-8, ready to be sent.
    private(set) var text: String

    private init(markup: String) {
        text = markup
    }

    /// Text, which may hold anything.
    static func text(_ text: String) -> HTML {
        HTML(markup: escaped(text))
    }

    /// An element. Attribute values are escaped too; names are literals of this program.
    static func element(
        _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], _ children: HTML...
    ) -> HTML {
        element(name, attributes, children)
    }

    static func element(
        _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], _ children: [HTML]
    ) -> HTML {
        let opening = attributes.reduce(into: "<\(name)") { $0 += " \($1.key)=\"\(escaped($1.value))\"" } + ">"
        return element(name, opening: opening, children)
    }

    /// An element whose attributes are known only when it is made.
    static func element(
        _ name: StaticString, with attributes: [(StaticString, String)], _ children: [HTML]
    ) -> HTML {
        let opening = attributes.reduce(into: "<\(name)") { $0 += " \($1.0)=\"\(escaped($1.1))\"" } + ">"
        return element(name, opening: opening, children)
    }

    private static func element(_ name: StaticString, opening: String, _ children: [HTML]) -> HTML {
        guard !isVoid(name) else { return HTML(markup: opening) }
        return HTML(markup: opening + children.map(\.text).joined() + "</\(name)>")
    }

    /// A whole document of this element.
    static func document(_ root: HTML) -> HTML {
        HTML(markup: "<!doctype html>\n" + root.text + "\n")
    }

    /// Elements that have no end tag (HTML Living Standard §13.1.2).
    private static func isVoid(_ name: StaticString) -> Bool {
        ["meta", "link", "input", "br"].contains(name.description)
    }

    /// Safe between tags and between double quotes (HTML Living Standard §13.1.2.3, §13.1.4).
    private static func escaped(_ text: String) -> String {
        // By bytes: a mark that combines with a delimiter makes one Character of both, and the delimiter would pass.
        var escaped: [UInt8] = []
        escaped.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): escaped += "&amp;".utf8
            case UInt8(ascii: "<"): escaped += "&lt;".utf8
            case UInt8(ascii: ">"): escaped += "&gt;".utf8
            case UInt8(ascii: "\""): escaped += "&quot;".utf8
            case UInt8(ascii: "'"): escaped += "&#39;".utf8
            default: escaped.append(byte)
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }
}
