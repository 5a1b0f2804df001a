import SystemPackage

/// Lines for people on standard error: standard output belongs to the log.
enum StandardError {
    static func write(_ text: String) {
        // Nobody is left to tell if it fails.
        _ = try? FileDescriptor.standardError.writeAll((text + "\n").utf8)
    }
}
