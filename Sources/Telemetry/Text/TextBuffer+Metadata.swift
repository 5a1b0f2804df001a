import Logging

extension TextBuffer {
    /// Appends a metadata value as JSON; the members of dictionaries are in the order of their keys.
    mutating func json(_ value: Logger.MetadataValue) {
        switch value {
        case .string(let text): string(text)
        case .stringConvertible(let value): json(value)
        case .array(let elements): json(elements)
        case .dictionary(let members): json(members)
        }
    }

    /// Integers and truth values stay what they are, so that a log store can compare them; the rest is text.
    private mutating func json(_ value: any CustomStringConvertible & Sendable) {
        switch value {
        case let number as Int: append(Int64(number))
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
