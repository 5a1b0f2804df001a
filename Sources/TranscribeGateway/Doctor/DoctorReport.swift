/// What was found out about the way to AWS, and whether a look-up would find through. Holds no secret.
struct DoctorReport: Sendable {
    /// What belongs together: lines of a label and what is to be said of it.
    struct Section: Sendable {
        let title: String
        private(set) var findings: [(label: String, text: String)] = []
        /// What a look-up would fail on, in words.
        private(set) var failures: [String] = []

        init(_ title: String) {
            self.title = title
        }

        mutating func add(_ label: String, _ text: String) {
            findings.append((label, text))
        }

        /// A finding that no look-up gets past.
        mutating func fail(_ label: String, _ text: String) {
            add(label, text)
            failures.append("\(label): \(text)")
        }
    }

    private(set) var failures: [String] = []

    mutating func add(_ section: Section) {
        failures += section.failures
    }

    /// The last words.
    var summary: String {
        guard !failures.isEmpty else { return "A look-up would work." }
        return "A look-up would fail. " + failures.map { "\($0.printable(upTo: .max))." }.joined(separator: " ")
    }
}

extension DoctorReport.Section: CustomStringConvertible {
    /// The title, and the findings in two columns below it.
    var description: String {
        let width = findings.map(\.label.count).max() ?? 0
        let lines = findings.map { label, text in
            let space = String(repeating: " ", count: width - label.count)
            return "  \(label)\(space)  \(text.printable(upTo: .max))"
        }
        return ([title] + lines).joined(separator: "\n")
    }
}

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
