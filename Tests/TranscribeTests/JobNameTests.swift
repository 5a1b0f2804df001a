import Testing
import Transcribe

@Suite struct JobNameTests {
    @Test(arguments: ["a", "-", "...", "visit.2026_11-24", "AZaz09", String(repeating: "x", count: 200)])
    func takesWhatAWSTakes(text: String) throws {
        #expect(try JobName(text).text == text)
        #expect(try JobName(segment: text).text == text)
    }

    @Test(arguments: [
        ("", JobNameError.empty),
        (".", .dotSegment), ("..", .dotSegment),
        ("a\n", .illegalCharacter(0x0A, position: 2)),
        ("a/b", .illegalCharacter(0x2F, position: 2)),
        ("a+b", .illegalCharacter(0x2B, position: 2)),
        ("a b", .illegalCharacter(0x20, position: 2)),
        ("é", .illegalCharacter(0xC3, position: 1)),
        ("a\u{0}", .illegalCharacter(0x00, position: 2)),
        ("[", .illegalCharacter(0x5B, position: 1)), ("@", .illegalCharacter(0x40, position: 1)),
        ("`", .illegalCharacter(0x60, position: 1)), ("{", .illegalCharacter(0x7B, position: 1)),
        (":", .illegalCharacter(0x3A, position: 1)),
        (String(repeating: "x", count: 201), .tooLong(count: 201)),
    ])
    func refusesWhatAWSRefuses(text: String, error: JobNameError) {
        #expect(throws: error) { try JobName(text) }
        #expect(throws: error) { try JobName(segment: text) }
    }

    @Test(arguments: [("%61", "a"), ("a%2Eb", "a.b"), ("%2e%2E%2e", "..."), ("a%5Fb%2D", "a_b-")])
    func decodesAPathSegment(segment: String, text: String) throws {
        #expect(try JobName(segment: segment).text == text)
    }

    @Test func measuresTheDecodedName() throws {
        let segment = String(repeating: "%61", count: 200)
        #expect(try JobName(segment: segment).text.utf8.count == 200)
        #expect(throws: JobNameError.tooLong(count: 201)) { try JobName(segment: "\(segment)b") }
    }

    @Test(arguments: [
        ("%2e%2e", JobNameError.dotSegment), ("%2E", .dotSegment),
        ("a%2Fb", .illegalCharacter(0x2F, position: 2)),
        ("a%00b", .illegalCharacter(0x00, position: 2)),
        ("%ff", .illegalCharacter(0xFF, position: 1)),
        ("%252e", .illegalCharacter(0x25, position: 1)),
        ("a%0A", .illegalCharacter(0x0A, position: 2)),
        ("ab%", .badPercentEncoding(position: 3)), ("ab%4", .badPercentEncoding(position: 3)),
        ("%zz", .badPercentEncoding(position: 1)), ("%4g", .badPercentEncoding(position: 1)),
        ("%%41", .badPercentEncoding(position: 1)),
    ])
    func decodesAPathSegmentOnlyOnce(segment: String, error: JobNameError) {
        #expect(throws: error) { try JobName(segment: segment) }
    }

    @Test(arguments: [
        ("a", "a"), ("+a+", "a"), ("%20%09a.b%20", "a.b"), (" \ta-b\t ", "a-b"), ("%61%2E", "a."),
        (String(repeating: "+", count: 300) + "a", "a"),
    ])
    func readsTheValueOfAForm(value: String, text: String) throws {
        #expect(try JobName(formValue: value).text == text)
    }

    @Test(arguments: [
        ("", JobNameError.empty), ("+%20%09", .empty), ("+..+", .dotSegment),
        ("a+b", .illegalCharacter(0x20, position: 2)), ("a%2Bb", .illegalCharacter(0x2B, position: 2)),
        ("+a%0A", .illegalCharacter(0x0A, position: 2)), ("%C3%A9", .illegalCharacter(0xC3, position: 1)),
        ("++a%2520", .illegalCharacter(0x25, position: 2)), ("++a%z0", .badPercentEncoding(position: 2)),
        ("+%", .badPercentEncoding(position: 1)), ("a%%%", .badPercentEncoding(position: 2)),
        (String(repeating: "a", count: 201) + "+", .tooLong(count: 201)),
    ])
    func refusesTheValueOfAForm(value: String, error: JobNameError) {
        #expect(throws: error) { try JobName(formValue: value) }
    }

    @Test func doesNotDecodeAPlainText() {
        #expect(throws: JobNameError.illegalCharacter(0x25, position: 1)) { try JobName("%61") }
    }

    @Test(arguments: [
        (JobNameError.empty, "The job name is empty."),
        (.tooLong(count: 201), "The job name is 201 characters long."),
        (.illegalCharacter(0x2F, position: 2), "Character 2 of the job name is '/', which is not allowed."),
        (.illegalCharacter(0x20, position: 2), "Character 2 of the job name is a space, which is not allowed."),
        (.illegalCharacter(0x1B, position: 1), "Character 1 of the job name is a control character (code 27),"),
        (.illegalCharacter(0x7F, position: 1), "Character 1 of the job name is a control character (code 127),"),
        (.illegalCharacter(0xC3, position: 3), "Character 3 of the job name is not ASCII, which is not allowed."),
        (.dotSegment, "A job name of only '.' or '..' cannot stand in a URL path."),
        (.badPercentEncoding(position: 3), "The '%' at character 3 of the job name is not followed by"),
    ])
    func saysWhatIsWrongAndWhatIsAllowed(error: JobNameError, words: String) {
        #expect("\(error)".hasPrefix(words))
        #expect(
            "\(error)".hasSuffix(
                "Give 1 to 200 characters, each a letter a-z or A-Z, a digit, '.', '_' or '-'."))
    }

    @Test func doesNotShowItselfByAccident() throws {
        #expect(try "\(JobName("jane-doe"))" == "job name of 8 characters")
    }
}

extension JobName {
    fileprivate init(segment: String) throws(JobNameError) {
        let utf8 = segment.utf8
        try self.init(pathSegment: utf8.span)
    }

    fileprivate init(formValue: String) throws(JobNameError) {
        let utf8 = formValue.utf8
        try self.init(formValue: utf8.span)
    }
}
