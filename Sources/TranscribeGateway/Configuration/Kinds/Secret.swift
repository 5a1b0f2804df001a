/// A text that nothing prints: not a description, not a dump.
struct Secret: Equatable, Sendable {
    let bytes: [UInt8]
}

extension Secret: CustomStringConvertible, CustomReflectable {
    var description: String { "(secret)" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

extension ValueKind where Value == Secret {
    /// Counted in bytes of UTF-8, as a key is.
    static func secret(_ range: ClosedRange<Int>) -> Self {
        let allowed = "a text of \(range.lowerBound) to \(range.upperBound) bytes"
        return Self(allowed: allowed, isSecret: true) { text in
            range.contains(text.utf8.count) ? Secret(bytes: Array(text.utf8)) : nil
        }
    }
}
