import Testing

/// What comes from outside is looked at as bytes. A Character swallows the combining mark behind it, so that a delimiter
/// with a mark is not found; and a String equals other strings than the one with its bytes (U+212A and K).
@Suite struct ByteTests {
    /// The folders whose code reads requests, responses, files and settings that others have written.
    private static let folders = [
        "AWSCredentials", "AWSEndpoints", "Curl", "Formats", "Gateway/Batch", "Gateway/Pages", "Gateway/Request",
        "HTTPExchange", "MicroHTTPD", "Tracing", "Transcribe",
    ]

    /// Calls that only text has, and the properties of a Character.
    private let calls = [
        /\.(?:hasPrefix|hasSuffix|lowercased|uppercased|capitalized|trimmingCharacters|components)\(/,
        /\.is(?:Whitespace|Newline|Number|WholeNumber|Punctuation|Symbol)\b/,
        /\bCharacter\b(?!\(Unicode)/,
    ]

    /// A text or a Character where bytes would have `UInt8(ascii:)` or `.utf8`.
    private let literals = [
        /\.(?:split|firstIndex|lastIndex|firstRange|ranges|trimmingPrefix|replacing)\([a-zA-Z: ]*"(?:\\.|[^"\\])*"(?!\.utf8)/,
        /\.(?:contains|starts|reduce)\((?:with: |into: )?"(?:\\.|[^"\\])*"(?!\.utf8)/,
        /[!=]= ?"(?:\\.|[^"\\])"/,
        /"(?:\\.|[^"\\])" ?[!=]=/,
    ]

    /// Lines that may look at Characters, with the reason.
    private static let exceptions = [
        (path: "AWSEndpoints/AWSService.swift", code: "rawValue.uppercased()", reason: "a name of our own"),
        (path: "Gateway/Pages/HTML.swift", code: "attributes.reduce(into:", reason: "joins; takes no text apart"),
        (path: "Transcribe/TranscribeClient.swift", code: "uuidString.lowercased()", reason: "a UUID of our own"),
    ]

    @Test func textFromOutsideIsReadAsBytes() {
        for file in SourceTree.files where Self.folders.contains(where: file.isIn) {
            for (number, (line, bare)) in zip(1..., zip(file.text.code, file.text.bareCode)) {
                let offends = calls.contains { bare.contains($0) } || literals.contains { line.contains($0) }
                #expect(!offends || isException(line, in: file), "\(file):\(number): \(line)")
            }
        }
    }

    private func isException(_ line: Substring, in file: SourceFile) -> Bool {
        Self.exceptions.contains { $0.path == file.path && line.contains($0.code) }
    }

    @Test func everyExceptionIsNeeded() {
        for exception in Self.exceptions {
            let file = SourceTree.files.first { $0.path == exception.path }
            #expect(file?.text.code.contains { $0.contains(exception.code) } == true, "\(exception)")
        }
    }
}
