/// How a log line looks.
public enum LogFormat: Sendable, Equatable {
    /// One JSON object a line: `time`, `level`, `logger`, `message`, then the members.
    case json
    /// For people: `time level logger: message key=value`. Colour is for a terminal only; whether the output is one, the
    /// caller knows.
    case console(coloured: Bool)
}
