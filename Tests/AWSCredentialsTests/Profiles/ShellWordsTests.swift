import AWSCredentials
import Testing

/// The expectations are results of Python's `shlex.split`, by which the AWS CLI divides command lines.
@Suite struct ShellWordsTests {
    @Test(arguments: [
        ("a b  c", ["a", "b", "c"]), ("  a\tb\n", ["a", "b"]), ("", []), ("  ", []),
        ("'a b' \"c d\"", ["a b", "c d"]), ("a'b'\"c\"d", ["abcd"]), ("'' \"\"", ["", ""]),
        (#"a\ b \'c"#, ["a b", "'c"]), (#""a\"b" "a\\b" "a\b""#, [#"a"b"#, #"a\b"#, #"a\b"#]),
        (#"'a\b' 'a"b'"#, [#"a\b"#, #"a"b"#]), ("a | b > c; d # e", ["a", "|", "b", ">", "c;", "d", "#", "e"]),
        ("$HOME ~ *", ["$HOME", "~", "*"]), ("é 'ü'", ["é", "ü"]),
    ])
    func dividesAsAShellDoes(line: String, words: [String]) {
        #expect(ShellWords(line)?.words == words)
    }

    @Test(arguments: ["'a", "\"a", "a\\", "\"a\\\"", "a 'b\" c"])
    func refusesWhatIsLeftOpen(line: String) {
        #expect(ShellWords(line)?.words == nil)
    }
}
