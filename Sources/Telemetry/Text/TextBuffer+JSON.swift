import Logging

/// JSON (RFC 8259), written from left to right. No state is needed: a member or element is the first one if the last byte
/// opened its object or array, because a string ends in a quotation mark.
extension TextBuffer {
    /// Begins an object.
    package mutating func openObject() { append(UInt8(ascii: "{")) }
    /// Ends an object.
    package mutating func closeObject() { append(UInt8(ascii: "}")) }
    /// Begins an array.
    package mutating func openArray() { append(UInt8(ascii: "[")) }
    /// Ends an array.
    package mutating func closeArray() { append(UInt8(ascii: "]")) }

    /// Begins a member. The caller appends its value.
    package mutating func key(_ name: String) {
        separate()
        string(name)
        append(UInt8(ascii: ":"))
    }

    /// Appends a string value. Text that needs no escapes, which is the usual case, is checked and copied in one pass.
    package mutating func string(_ text: String) {
        let utf8 = text.utf8
        let span = utf8.span
        var plain = 0
        append(upTo: span.count + 2) { free in
            free.append(UInt8(ascii: "\""))
            while plain < span.count, span[plain].isPlain {
                free.append(span[plain])
                plain += 1
            }
            if plain == span.count { free.append(UInt8(ascii: "\"")) }
        }
        guard plain < span.count else { return }
        append(escaping: span, from: plain, quoted: true)
        append(UInt8(ascii: "\""))
    }

    /// Appends a member with a text; without a value there is no member.
    package mutating func member(_ name: String, _ value: String?) {
        guard let value else { return }
        key(name)
        string(value)
    }

    /// Appends a member with a number; without a value there is no member.
    package mutating func member(_ name: String, _ value: Int?) {
        guard let value else { return }
        key(name)
        append(value)
    }

    /// Appends a member with a truth value; without a value there is no member.
    package mutating func member(_ name: String, _ value: Bool?) {
        guard let value else { return }
        key(name)
        append(value ? "true" : "false")
    }

    /// Appends the comma before the next member or element.
    package mutating func separate() {
        guard let last = bytes.last, last != UInt8(ascii: "{"), last != UInt8(ascii: "[") else { return }
        append(UInt8(ascii: ","))
    }
}

extension TextBuffer {
    /// Appends a metadata value as JSON. The members of dictionaries are sorted by their keys.
    mutating func json(_ value: Logger.MetadataValue) {
        switch value {
        case .string(let text): string(text)
        case .stringConvertible(let value): json(value)
        case .array(let elements): json(elements)
        case .dictionary(let members): json(members)
        }
    }

    /// Appends integers and truth values as such, so that a log store can compare them, and other values as text.
    private mutating func json(_ value: any CustomStringConvertible & Sendable) {
        switch value {
        case let number as Int: append(number)
        case let flag as Bool: append(flag ? "true" : "false")
        default: string(value.description)
        }
    }

    private mutating func json(_ elements: [Logger.MetadataValue]) {
        openArray()
        for element in elements {
            separate()
            json(element)
        }
        closeArray()
    }

    private mutating func json(_ members: Logger.Metadata) {
        openObject()
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            key(name)
            json(value)
        }
        closeObject()
    }
}
