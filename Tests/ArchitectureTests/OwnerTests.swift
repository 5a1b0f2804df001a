import Testing

/// What one module or file does for all: a second place that does it differs from the first sooner or later.
@Suite struct OwnerTests {
    private struct Idea: CustomTestStringConvertible, Sendable {
        let name: String
        /// Files whose path begins so may hold the words; no other may. The first is the owner.
        let owners: [String]
        /// What code that does it contains.
        let words: [String]

        var testDescription: String { name }
    }

    private static let ideas = [
        Idea(name: "starting threads", owners: ["Threads/"], words: ["pthread_create"]),
        Idea(name: "waking threads", owners: ["Threads/"], words: ["eventfd"]),
        // The emulator's random request IDs are no format of ours.
        Idea(
            name: "hexadecimal and decimal digits", owners: ["Formats/", "TranscribeEmulator/AWSReplies.swift"],
            words: ["0F0F_0F0F", "radix: 16", "% 10)"]),
        Idea(name: "the calendar", owners: ["Formats/"], words: ["146_097", "719_468", "\"Mar\""]),
        // As characters, or as the bits of an ASCIISet.
        Idea(
            name: "the grammar of a token", owners: ["Formats/"],
            words: ["!#$%&'*+-.^_`|~", "57FF_FFFF_C7FF_FFFE"]),
        // The listen address and lists of settings may have spaces, which are no blanks of a field.
        Idea(
            name: "trimming", owners: ["Formats/", "TranscribeGateway/Configuration/Values/ValueKind+Lists.swift"],
            words: ["var trimming", "func trimming", "var trimmed", "func trimmed"]),
        Idea(name: "writing percent-encoding", owners: ["Formats/"], words: ["append(UInt8(ascii: \"%\"))"]),
        Idea(name: "partitions of regions", owners: ["AWSEndpoints/"], words: ["\"amazonaws.com", "\"aws-cn\""]),
        // The settings document the variables.
        Idea(
            name: "endpoint overrides", owners: ["AWSEndpoints/", "TranscribeGateway/Configuration/AWSSettings.swift"],
            words: ["AWS_ENDPOINT_URL"]),
    ]

    @Test(arguments: ideas) private func hasOneOwner(_ idea: Idea) {
        for file in SourceTree.files where !idea.owners.contains(where: file.path.hasPrefix) {
            for (number, line) in zip(1..., file.text.code) {
                #expect(!idea.words.contains { line.contains($0) }, "\(file):\(number): \(line)")
            }
        }
    }

    @Test(arguments: ideas) private func isDoneByItsOwner(_ idea: Idea) {
        let lines = SourceTree.files.filter { $0.path.hasPrefix(idea.owners[0]) }.flatMap(\.text.code)
        #expect(idea.words.contains { word in lines.contains { $0.contains(word) } })
    }
}
