import Testing

@testable import Formats

@Suite struct SuggestionTests {
    @Test(arguments: [
        ("", "abc", 3), ("port", "port", 0), ("prot", "port", 1), ("kitten", "sitting", 3), ("PORT", "port", 0),
    ])
    func countsEdits(one: String, other: String, distance: Int) {
        #expect(one.editDistance(to: other) == distance)
        #expect(other.editDistance(to: one) == distance)
    }

    @Test(arguments: [
        ("feilds", "fields"), ("FIELDS", "fields"), ("view", "view"), ("vieww", "view"),
        ("transcriptURI", "transcriptUri"),
        ("x", nil), ("nonsense", nil), ("", nil), (String(repeating: "f", count: 101), nil),
        // Two edits are near, or a quarter of a long name.
        ("fxxlds", "fields"), ("fxxxds", nil), ("transcrxxxUri", "transcriptUri"), ("transcxxxxUri", nil),
        // Most of a long name has to be right.
        ("fieldsfieldsfields", nil), ("transcripturl", "transcriptUri"),
    ])
    func namesTheNearestCandidate(name: String, meant: String?) {
        #expect(name.suggestion(among: ["fields", "view", "transcriptUri"]) == meant)
    }
}
