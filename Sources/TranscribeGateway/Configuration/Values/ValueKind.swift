import OwnProcess

/// How one kind of value is written.
struct ValueKind<Value: Sendable>: Sendable {
    /// What is allowed; ends the sentence "… must be …".
    let allowed: String
    /// Whether error messages and reports hide the text.
    var isSecret = false
    /// Whether a JSON array of texts may stand for the value.
    var isList = false
    /// `nil` if the text isn't allowed.
    let parse: @Sendable (String) -> Value?
}

extension ValueKind {
    /// A value that may be left to the gateway by writing `keyword`, which reads as `nil`.
    static func optional<Wrapped>(_ kind: ValueKind<Wrapped>, as keyword: String) -> Self where Value == Wrapped? {
        let allowed = keyword.isEmpty ? kind.allowed : "\(keyword) or \(kind.allowed)"
        return Self(allowed: allowed, isSecret: kind.isSecret, isList: kind.isList) { text in
            if text == keyword { return .some(nil) }
            return kind.parse(text).map { .some($0) }
        }
    }

    /// The same texts, read as another type.
    func map<Other>(_ transform: @escaping @Sendable (Value) -> Other) -> ValueKind<Other> {
        ValueKind<Other>(allowed: allowed, isSecret: isSecret, isList: isList) { parse($0).map(transform) }
    }
}

extension ValueKind where Value: CaseIterable & RawRepresentable<String> {
    /// One of a closed set of texts, exactly as written there.
    static var choice: Self {
        Self(allowed: "one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))") { Value(rawValue: $0) }
    }
}

extension ValueKind where Value == Int {
    /// A whole number without sign or unit.
    static func int(_ range: ClosedRange<Int>) -> Self {
        Self(allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
            guard let amount = Amount(text), amount.has(unit: "") else { return nil }
            return range.contains(amount.count) ? amount.count : nil
        }
    }
}

extension ValueKind where Value == UInt16 {
    /// A TCP port; 0 stands for any free one.
    static let port = Self(allowed: "a port number from 0 to 65535") { text in
        guard let amount = Amount(text), amount.has(unit: "") else { return nil }
        return UInt16(exactly: amount.count)
    }
}

extension ValueKind where Value == Bool {
    /// Any case, as the AWS SDKs read theirs.
    static let bool = Self(allowed: "true or false") { Bool($0.lowercasedASCII) }
}

extension String {
    /// With the letters A to Z in lower case. Other letters stay: the Kelvin sign is no `k`.
    var lowercasedASCII: String {
        let capitals = UInt8(ascii: "A")...UInt8(ascii: "Z")
        return String(decoding: utf8.map { capitals.contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}

/// A text that is never printed: its description and its dump hide it.
struct Secret: Equatable, Sendable {
    let bytes: [UInt8]
}

extension Secret: CustomStringConvertible, CustomReflectable {
    var description: String { "(secret)" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

extension ValueKind where Value == Secret {
    /// Counted in bytes of UTF-8, as a key is. The system's library reads bytes that are not UTF-8 as U+FFFD each: a key of
    /// these could be guessed.
    static func secret(_ range: ClosedRange<Int>) -> Self {
        let allowed =
            "a text of \(range.lowerBound) to \(range.upperBound) bytes of UTF-8 without U+FFFD "
            + "(write random bytes in hexadecimal or base64)"
        return Self(allowed: allowed, isSecret: true) { text in
            let isWhole = !text.unicodeScalars.contains("\u{FFFD}")
            return range.contains(text.utf8.count) && isWhole ? Secret(bytes: Array(text.utf8)) : nil
        }
    }

    /// The path of a file with a secret, which is read at once. A line feed that ends the file is no part of the secret.
    static func secretFile(_ range: ClosedRange<Int>) -> Self {
        let allowed = "the path of a file that can be read and holds \(range.lowerBound) to \(range.upperBound) bytes"
        return Self(allowed: allowed) { path in
            guard path != "-", var bytes = try? InputFile.bytes(of: path, upTo: range.upperBound + 2) else {
                return nil
            }
            if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
            if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
            return range.contains(bytes.count) ? Secret(bytes: bytes) : nil
        }
    }
}
