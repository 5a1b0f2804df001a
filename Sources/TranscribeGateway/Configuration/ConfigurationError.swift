/// Everything that is wrong with a configuration, found in one go.
struct ConfigurationError: Error, Equatable {
    let problems: [ConfigurationProblem]

    init(_ problems: [ConfigurationProblem]) {
        self.problems = problems
    }
}

extension ConfigurationError: CustomStringConvertible {
    /// A sentence a line.
    var description: String { problems.map(\.description).joined(separator: "\n") }
}
