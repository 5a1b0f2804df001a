extension ValueKind where Value: CaseIterable & RawRepresentable<String> {
    /// One of a closed set of words, exactly as written there.
    static var word: Self {
        Self(allowed: "one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))") { Value(rawValue: $0) }
    }
}
