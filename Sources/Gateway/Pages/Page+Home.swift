import Transcribe

extension Page {
    /// The form with which a person looks up a job.
    static let home = Page(
        title: "Look up a job",
        content: [
            .element(
                "form", ["action": "/jobs", "method": "get"],
                .element("label", ["for": "name"], .text("Job name")),
                .element(
                    "input",
                    [
                        "id": "name", "name": "name", "required": "", "maxlength": String(JobName.maximumLength),
                        "pattern": "[0-9a-zA-Z._\\-]+", "title": "Letters, digits, '.', '_' and '-'",
                        "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false",
                    ]),
                .element("button", [:], .text("Look up"))),
            .element(
                "p", ["class": "note"],
                .text("For programs: "), .element("a", ["href": "/openapi.yaml"], .text("this gateway's description")),
                .text(".")),
        ])
}
