/// A textbook token bucket: a level that fills with time and from which requests take. Exact in 128 bits.
struct LeakyReference {
    let interval: Int128
    let burst: Int128
    private var level: Int128
    private var last: Int128 = 0

    init(interval: Int64, burst: Int) {
        self.interval = Int128(interval)
        self.burst = Int128(burst)
        level = self.interval * self.burst
    }

    mutating func take(_ cost: Int = 1, at now: Int64) -> Bool {
        level = min(interval * burst, level + Int128(now) - last)
        last = Int128(now)
        guard level >= interval * min(Int128(cost), burst) else { return false }
        level -= interval * Int128(cost)
        return true
    }

    var remaining: Int { Int(max(0, level) / interval) }
    var untilFull: Int64 { Int64(interval * burst - level) }

    func until(_ cost: Int) -> Int64 { Int64(max(0, interval * min(Int128(cost), burst) - level)) }
}
