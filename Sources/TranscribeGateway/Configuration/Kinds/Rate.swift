/// How often something may happen: `count` times in each second or minute; none at all is no limit.
struct Rate: Equatable, Sendable {
    let count: Int
    let period: Duration

    static let off = Rate(count: 0, period: .seconds(1))

    var isOff: Bool { count == 0 }
    var perSecond: Double { Double(count) / (period / .seconds(1)) }
}

extension ValueKind where Value == Rate {
    /// `20/s`, `600/m`, or `0` for no limit; at most `limit` a second.
    static func rate(upTo limit: Int) -> Self {
        Self(allowed: "0 (no limit) or a rate up to \(limit)/s, written like 20/s or 600/m") { text in
            if text == "0" { return .off }
            guard let amount = Amount(text), amount.count > 0, let period = periods[amount.unit] else { return nil }
            let rate = Rate(count: amount.count, period: period)
            return rate.perSecond <= Double(limit) ? rate : nil
        }
    }

    private static var periods: [Substring: Duration] { ["/s": .seconds(1), "/m": .minutes(1)] }
}
