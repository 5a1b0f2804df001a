import HTTPTypes

extension Page {
    /// What this gateway is for, for people: the look-up form, and how a program asks.
    ///
    /// - Parameter host: by which the reader reached it. The script knows the scheme too.
    static func home(at host: String) -> Page {
        Page(
            title: "Look up a job",
            content: [
                .paragraph(
                    """
                    This gateway shows how far a transcription job of Amazon Transcribe Medical is, and where its \
                    transcript lies. You need the job's name and no AWS account.
                    """),
                form(filledWith: "", isFirst: true),
                .note(
                    """
                    Capital and small letters differ. The page of a running job follows it by itself and shows its end.
                    """),
                .heading("For programs"),
                examples(at: shellOrigin(of: host)),
                .element(
                    "p", [:], .link("/docs", "All of the API, to read and to try"), .text(", its "),
                    .link("/openapi.yaml", "OpenAPI description"), .text(" (also as "), .link("/openapi.json", "JSON"),
                    .text("), and "), .link("/problems", "what each problem means"), .text(".")),
            ], tab: "Look up", lookUp: nil)
    }

    /// The origin of a host that a shell takes as it stands, and of any other a word in its place.
    private static func shellOrigin(of host: String) -> String {
        let isPlain = host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: ".:[]-".utf8.contains(byte)
            }
        }
        return "http://\(isPlain && !host.utf8.isEmpty ? host : "GATEWAY")"
    }

    /// Requests as a shell takes them, each on a line of its own.
    private static func examples(at origin: String) -> HTML {
        let requests = [
            ("curl ", "/jobs/NAME", "", "the job"),
            ("curl '", "/jobs/NAME?wait=45", "'", "waits up to 45 s for its end"),
            ("curl -N ", "/jobs/NAME/events", "", "each change"),
        ]
        let lines = requests.flatMap { command, target, end, meaning -> [HTML] in
            [
                .text(command), .element("span", ["data-origin": ""], .text(origin)), .text("\(target)\(end)"),
                .element("span", ["class": "note"], .text("  # \(meaning)")), .text("\n"),
            ]
        }
        return .element("pre", [:], .element("code", [:], lines))
    }
}

extension Page {
    /// Every type of problem (`/problems`).
    static let problems = Page(
        title: "Problems",
        content: [
            .paragraph(
                """
                Where this gateway cannot show a job it says why. These are all the kinds of problem that there are, by \
                the code that the answer has.
                """)
        ]
            + ProblemType.allCases.map { type in
                .element(
                    "section", ["id": type.rawValue],
                    .element("h2", [:], .link("/problems/\(type.rawValue)", type.title)),
                    .note("\(type.rawValue) · \(type.statusCodes)"), .paragraph(type.explanation))
            })

    /// What a type of problem means (`/problems/{type}`).
    init(_ type: ProblemType) {
        self.init(
            title: type.title,
            content: [
                .paragraph(type.explanation), .note("Code \(type.rawValue) · \(type.statusCodes)"),
                .element("p", [:], .link("/problems", "All problems")),
            ])
    }
}

extension ProblemType {
    /// For people.
    fileprivate var statusCodes: String {
        "status \(statuses.map { String($0.code) }.joined(separator: " or "))"
    }
}
