extension ValueKind where Value == Int {
    /// A whole number without sign or unit.
    static func int(_ range: ClosedRange<Int>) -> Self {
        Self(allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
            guard let amount = Amount(text), amount.unit.isEmpty else { return nil }
            return range.contains(amount.count) ? amount.count : nil
        }
    }
}

extension ValueKind where Value == UInt16 {
    /// A TCP port; 0 stands for any free one.
    static let port = Self(allowed: "a port number from 0 to 65535") { text in
        guard let amount = Amount(text), amount.unit.isEmpty else { return nil }
        return UInt16(exactly: amount.count)
    }
}

extension ValueKind where Value == Bool {
    /// Any case, as the AWS SDKs read theirs.
    static let bool = Self(allowed: "true or false") { Bool($0.lowercased()) }
}
