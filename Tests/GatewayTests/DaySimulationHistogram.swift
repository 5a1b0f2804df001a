/// How often each whole number came.
struct DaySimulationHistogram {
    private var counts: [Int] = []
    private(set) var total = 0

    mutating func add(_ value: Int) {
        let value = max(0, value)
        if value >= counts.count { counts += Array(repeating: 0, count: value + 1 - counts.count) }
        counts[value] += 1
        total += 1
    }

    var largest: Int { max(0, counts.count - 1) }

    /// The least value that is not exceeded by this part of all.
    func quantile(_ part: Double) -> Int {
        var rest = Int((part * Double(total)).rounded(.up))
        for (value, count) in counts.enumerated() {
            rest -= count
            if rest <= 0 { return value }
        }
        return largest
    }
}
