/// How one kind of value is written: what is allowed, in words that end the sentence "… must be …", and how it is read.
struct ValueKind<Value: Sendable>: Sendable {
    let allowed: String
    /// Its text appears in no message and no report.
    var isSecret = false
    /// A JSON array of texts may stand for it.
    var isList = false
    /// `nil` if the text isn't allowed.
    let parse: @Sendable (String) -> Value?
}

extension ValueKind {
    /// A value that may be left to the gateway by writing `word`, which reads as `nil`.
    static func optional<Wrapped>(_ kind: ValueKind<Wrapped>, as word: String) -> Self where Value == Wrapped? {
        let allowed = word.isEmpty ? kind.allowed : "\(word) or \(kind.allowed)"
        return Self(allowed: allowed, isSecret: kind.isSecret, isList: kind.isList) { text in
            if text == word { return .some(nil) }
            return kind.parse(text).map { .some($0) }
        }
    }
}
