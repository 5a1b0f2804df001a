/// A program to run, without a shell.
public struct Command: Sendable {
    /// Its name or path; a name is looked for in this process's `PATH`.
    public let program: String
    /// What follows the program's name, word by word and unquoted.
    public let arguments: [String]
    /// All variables that it sees.
    public let environment: [String: String]

    /// The program by its name or path, its arguments, and all variables that it sees: none is inherited.
    public init(_ program: String, _ arguments: [String], environment: [String: String]) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
    }
}

extension Command: CustomStringConvertible, CustomReflectable {
    /// The program alone: arguments and variables may be secret.
    public var description: String { "Command(\(program))" }

    /// The program alone, so that `dump` shows no more either.
    public var customMirror: Mirror { Mirror(self, children: ["program": program]) }
}
