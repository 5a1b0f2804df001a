public import HTTPTypes

/// How a field always begins: its name and perhaps the first part of its value. What is written for every request is
/// prepared once and copied in one piece.
public struct FieldStart: Sendable {
    let bytes: [UInt8]

    public init(_ name: HTTPField.Name, _ start: String = "") {
        let line = [FieldBlock.lineStart, FieldBlock.lineStart] + Array("\(name.rawName): ".utf8)
        var value = FieldValue(bytes: line)
        value.write(start)
        bytes = value.bytes
    }
}
