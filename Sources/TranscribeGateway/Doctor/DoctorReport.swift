/// What `doctor` found, and whether a look-up would work. Holds no secret.
struct DoctorReport: Sendable {
    /// The findings of one step: lines of a label and a text.
    struct Section: Sendable {
        let title: String
        private(set) var findings: [(label: String, text: String)] = []
        /// Why a look-up would fail.
        private(set) var failures: [String] = []

        init(_ title: String) {
            self.title = title
        }

        mutating func add(_ label: String, _ text: String) {
            findings.append((label, text))
        }

        /// Adds a finding that makes every look-up fail.
        mutating func fail(_ label: String, _ text: String) {
            add(label, text)
            failures.append("\(label): \(text)")
        }
    }

    private(set) var failures: [String] = []

    mutating func add(_ section: Section) {
        failures += section.failures
    }

    /// The last line of the output.
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

/// A duration for people, in its two largest units: `5 h 30 min`.
struct ElapsedTime: CustomStringConvertible {
    private let seconds: Int64

    /// The sign is ignored.
    init(milliseconds: Int64) {
        seconds = Int64((milliseconds.magnitude + 500) / 1_000)
    }

    var description: String {
        let units: [(name: String, count: Int64)] = [
            ("d", seconds / 86_400), ("h", seconds / 3_600 % 24), ("min", seconds / 60 % 60), ("s", seconds % 60),
        ]
        let parts = units.drop { $0.count == 0 }.prefix(2).filter { $0.count > 0 }.map { "\($0.count) \($0.name)" }
        return parts.isEmpty ? "0 s" : parts.joined(separator: " ")
    }
}
