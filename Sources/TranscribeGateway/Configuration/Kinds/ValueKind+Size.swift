extension ValueKind where Value == Int {
    /// A number of bytes in `B`, `KiB`, `MiB` or `GiB`: powers of 1024 only, so that `MB` can't be misread.
    static func size(_ range: ClosedRange<Int>) -> Self {
        let bounds = "from \(sizeText(range.lowerBound)) to \(sizeText(range.upperBound))"
        return Self(allowed: "a size \(bounds), written like 512KiB, 64MiB or 1GiB") { text in
            guard let amount = Amount(text),
                let unit = sizeUnits.first(where: { $0.name == amount.unit })
            else { return nil }
            let (bytes, overflow) = amount.count.multipliedReportingOverflow(by: unit.bytes)
            return !overflow && range.contains(bytes) ? bytes : nil
        }
    }

    private static var sizeUnits: [(name: String, bytes: Int)] {
        [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)]
    }

    private static func sizeText(_ bytes: Int) -> String {
        let unit = sizeUnits.first { bytes.isMultiple(of: $0.bytes) } ?? ("B", 1)
        return "\(bytes / unit.bytes)\(unit.name)"
    }
}
