import SystemPackage

/// Lines for people on standard error, before there is a log and after it has ended.
enum StandardError {
    static func write(_ text: String) {
        // Nobody is left to tell if it fails.
        _ = try? FileDescriptor.standardError.writeAll((text + "\n").utf8)
    }
}
