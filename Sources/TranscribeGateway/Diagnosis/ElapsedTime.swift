/// A stretch of time in words: the two largest units that say something.
struct ElapsedTime: CustomStringConvertible {
    private let seconds: Int64

    /// The sign is left off.
    init(milliseconds: Int64) {
        seconds = Int64((milliseconds.magnitude + 500) / 1_000)
    }

    var description: String {
        let units: [(name: String, count: Int64)] = [
            ("d", seconds / 86_400), ("h", seconds / 3_600 % 24), ("min", seconds / 60 % 60), ("s", seconds % 60),
        ]
        let words = units.drop { $0.count == 0 }.prefix(2).filter { $0.count > 0 }.map { "\($0.count) \($0.name)" }
        return words.isEmpty ? "0 s" : words.joined(separator: " ")
    }
}
