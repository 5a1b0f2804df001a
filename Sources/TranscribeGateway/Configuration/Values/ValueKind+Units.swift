import RateLimiting

/// A whole number and what is written after it: `500ms`, `64MiB`, `20/s`, `8080`.
struct Amount {
    let count: Int
    private let rest: Substring.UTF8View

    /// `nil` without leading digits, or with more than twelve: so a product with any unit of time fits a `Duration`.
    init?(_ text: String) {
        let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard digits.count <= 12, let count = Int(Substring(digits)) else { return nil }
        self.count = count
        rest = text.utf8[digits.endIndex...]
    }

    /// Whether this is written after the number, byte for byte.
    func has(unit: String) -> Bool { unit.utf8.elementsEqual(rest) }
}

extension ValueKind where Value == Duration {
    /// A duration in `ms`, `s`, `m` or `h`; the unit is never left out, because readers guess different ones.
    static func duration(_ range: ClosedRange<Duration>) -> Self {
        let bounds = "from \(range.lowerBound.asSetting) to \(range.upperBound.asSetting)"
        return Self(allowed: "a duration \(bounds), written like 500ms, 5s, 2m or 1h") { text in
            guard let amount = Amount(text),
                let unit = Duration.settingUnits.first(where: { amount.has(unit: $0.name) })
            else { return nil }
            let duration = unit.length * amount.count
            return range.contains(duration) ? duration : nil
        }
    }
}

extension Duration {
    static func minutes(_ count: Int) -> Duration { .seconds(60 * count) }
    static func hours(_ count: Int) -> Duration { .seconds(3600 * count) }

    /// The units of a setting, the longest first.
    fileprivate static let settingUnits: [(name: String, length: Duration)] = [
        ("h", .hours(1)), ("m", .minutes(1)), ("s", .seconds(1)), ("ms", .milliseconds(1)),
    ]

    /// The shortest way to write a duration of whole milliseconds as a setting: `1h`, `90s`, `0s`.
    var asSetting: String {
        let milliseconds = Int(self / .milliseconds(1))
        guard milliseconds != 0 else { return "0s" }
        for (name, length) in Self.settingUnits {
            let (count, rest) = milliseconds.quotientAndRemainder(dividingBy: Int(length / .milliseconds(1)))
            if rest == 0 { return "\(count)\(name)" }
        }
        return "\(milliseconds)ms"
    }
}

extension ValueKind where Value == Int {
    /// A number of bytes in `B`, `KiB`, `MiB` or `GiB`: powers of 1024 only, so that `MB` can't be misread.
    static func size(_ range: ClosedRange<Int>) -> Self {
        let bounds = "from \(sizeText(range.lowerBound)) to \(sizeText(range.upperBound))"
        return Self(allowed: "a size \(bounds), written like 512KiB, 64MiB or 1GiB") { text in
            guard let amount = Amount(text),
                let unit = sizeUnits.first(where: { amount.has(unit: $0.name) })
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

extension ValueKind where Value == Rate? {
    /// `20/s`, `600/m`, or `0` for no limit, which reads as `nil`; at most `limit` a second.
    static func rate(upTo limit: Int) -> Self {
        Self(allowed: "0 (no limit) or a rate up to \(limit)/s, written like 20/s or 600/m") { text in
            if text == "0" { return .some(nil) }
            guard let amount = Amount(text), amount.count > 0,
                let period = periods.first(where: { amount.has(unit: $0.name) })
            else { return nil }
            let rate = Rate(amount.count, per: period.length)
            guard rate.perSecond <= Double(limit) else { return nil }
            return .some(rate)
        }
    }

    private static var periods: [(name: String, length: Duration)] { [("/s", .seconds(1)), ("/m", .minutes(1))] }
}
