import CProcess

/// What this process was started with.
public enum OwnProcess {
    /// The arguments, the program's name first. Bytes that are not UTF-8 are replaced.
    ///
    /// `CommandLine.arguments` is empty where there is no /proc, and in a program that holds Swift's runtime also where a
    /// library has called setenv(3) before `main`.
    public static let arguments: [String] = (0..<cprocess_argument_count()).compactMap { place in
        guard let text = unsafe cprocess_argument(place) else { return nil }
        return unsafe String(cString: text)
    }

    /// The revision of the sources that the program was built from, as the build named it (see `Package.swift`).
    public static let revision = unsafe String(cString: cprocess_revision())
}
