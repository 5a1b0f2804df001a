extension ValueKind where Value == Duration {
    /// A duration in `ms`, `s`, `m` or `h`; the unit is never left out, because readers guess different ones.
    static func duration(_ range: ClosedRange<Duration>) -> Self {
        let bounds = "from \(range.lowerBound.asSetting) to \(range.upperBound.asSetting)"
        return Self(allowed: "a duration \(bounds), written like 500ms, 5s, 2m or 1h") { text in
            guard let amount = Amount(text),
                let unit = Duration.settingUnits.first(where: { $0.name == amount.unit })
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
