import Telemetry

/// JSON members that may have no value: then they are left out, never null.
extension TextBuffer {
    mutating func member(_ name: String, _ value: String?) {
        guard let value else { return }
        key(name)
        string(value)
    }

    mutating func member(_ name: String, _ value: Int?) {
        guard let value else { return }
        key(name)
        append(String(value))
    }

    mutating func member(_ name: String, _ value: Bool?) {
        guard let value else { return }
        key(name)
        append(String(value))
    }
}
