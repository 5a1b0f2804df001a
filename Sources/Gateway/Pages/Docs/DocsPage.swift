extension Page {
    /// The API to read and to try, made from its description (`/docs`). Its forms work without script too: each then asks for
    /// its example.
    static let docs = Page(title: "API", content: ownReading.content)

    private static var ownReading: APIReading {
        do {
            return try APIReading.own()
        } catch {
            preconditionFailure("reading.json, which is part of this program, has another form: \(error)")
        }
    }
}

extension APIReading {
    fileprivate var content: [HTML] {
        var parts = [HTML.element("p", [:], .text(summary))] + about.prefix(2).map(\.html)
        parts.append(contents)
        parts += groups.flatMap(content)
        parts.append(heading("For all URLs", id: "general"))
        parts += about.dropFirst(2).map(\.html)
        parts.append(heading("Answers", id: "answers"))
        parts += answers.map(Self.section)
        parts.append(.element("script", ["src": "/docs.js", "defer": ""]))
        return parts
    }

    private var contents: HTML {
        let links = groups.flatMap(\.operations).map { operation in
            HTML.element(
                "li", [:], .element("a", ["href": "#\(operation.id)"], .text("GET \(operation.path)")),
                .text(": \(operation.summary)"))
        }
        let others = [("general", "For all URLs"), ("answers", "Answers")].map { id, text in
            HTML.element("li", [:], .element("a", ["href": "#\(id)"], .text(text)))
        }
        return .element("ul", ["class": "contents"], links + others)
    }

    private func content(of group: Group) -> [HTML] {
        [heading(group.name, id: group.name)] + group.description.map(\.html) + group.operations.map(section)
    }

    private func heading(_ text: String, id: String) -> HTML { .element("h2", ["id": id], .text(text)) }

    private func section(of operation: Operation) -> HTML {
        let target = HTML.element("p", [:], .element("code", [:], .text("GET \(operation.path)")))
        let first = operation.description.prefix(2).map(\.html)
        let rest = operation.description.dropFirst(2).map(\.html)
        let parts =
            [.element("h3", [:], .text(operation.summary)), target] + first
            + (rest.isEmpty ? [] : [Self.details("More about it", rest)]) + operation.samples.map(\.html)
            + operation.form + [responses(of: operation)]
        return .element("section", ["id": operation.id, "class": "operation"], parts)
    }

    /// What each status means. What is usual stands here with its examples; the examples of problems are the same for all.
    private func responses(of operation: Operation) -> HTML {
        let rows = operation.responses.map { response -> HTML in
            let answer = answers.first { $0.name == response.answer }
            let isProblem = answer?.isProblem ?? true
            let examples = isProblem ? [] : (answer?.examples ?? []).map(\.html)
            let link = HTML.element("a", ["href": "#\(response.answer)"], .text("examples"))
            return .element(
                "tr", [:], .element("th", ["scope": "row"], .text(response.status)),
                .element("td", [:], (answer?.description.map(\.html) ?? []) + examples + (isProblem ? [link] : [])))
        }
        return Self.details("Answers", [.element("table", [:], .element("tbody", [:], rows))])
    }

    private static func section(of answer: Answer) -> HTML {
        let types = HTML.element("p", ["class": "note"], .text(answer.types.joined(separator: ", ")))
        let parts =
            [HTML.element("h3", [:], .text(answer.name))] + answer.description.map(\.html)
            + (answer.types.isEmpty ? [] : [types]) + answer.examples.map(\.html)
        return .element("section", ["id": answer.name], parts)
    }

    fileprivate static func details(_ summary: String, _ content: [HTML]) -> HTML {
        .element("details", [:], [.element("summary", [:], .text(summary))] + content)
    }
}

extension APIReading.Operation {
    fileprivate var form: [HTML] {
        let heading = HTML.element("h4", [:], .text("Try it"))
        let fields = parameters.filter(\.isRequired).flatMap { $0.field(of: id) }
        let optional = parameters.filter { !$0.isRequired }.flatMap { $0.field(of: id) }
        let more = optional.isEmpty ? [] : [APIReading.details("Optional parameters", optional)]
        let output = HTML.element("output", ["class": "result", "hidden": "", "tabindex": "-1"])
        let buttons = HTML.element(
            "p", [:], .element("button", [:], .text("Send")), .text(" "),
            .element("button", ["type": "button", "class": "stop", "hidden": ""], .text("Stop")))
        let attributes: KeyValuePairs<StaticString, String> = [
            "class": "try", "action": examplePath, "method": "get", "data-path": path,
        ]
        return [heading, .element("form", attributes, fields + more + [buttons, output])]
    }
}

extension APIReading.Parameter {
    /// A label, what is known of the value, and where it is entered. What a form without script cannot send is disabled.
    fileprivate func field(of operation: String) -> [HTML] {
        let id = "\(operation)-\(name)"
        let choice = isList && !values.isEmpty ? ["Each is one of \(values.joined(separator: ", "))."] : []
        return [
            .element(
                "label", ["for": id], .element("code", [:], .text(name)),
                .element("span", ["class": "note"], .text(" in the \(place.rawValue), \(type)"))),
            values.isEmpty || isList ? input(id) : selection(id),
            .element(
                "div", ["class": "note", "id": "\(id)-help"],
                description.map(\.html) + choice.map { .element("p", [:], .text($0)) }),
        ]
    }

    private var isSentWithoutScript: Bool { place == .query && isRequired }

    private func input(_ id: String) -> HTML {
        let value = isRequired ? example : ""
        guard isSentWithoutScript else {
            return .element(
                "input",
                [
                    "id": id, "name": name, "value": value, "placeholder": example, "autocomplete": "off",
                    "spellcheck": "false", "data-place": place.rawValue, "aria-describedby": "\(id)-help",
                    "disabled": "",
                ])
        }
        return .element(
            "input",
            [
                "id": id, "name": name, "value": value, "required": "", "autocomplete": "off", "spellcheck": "false",
                "data-place": place.rawValue, "aria-describedby": "\(id)-help",
            ])
    }

    private func selection(_ id: String) -> HTML {
        let options =
            (isRequired ? [] : [HTML.element("option", ["value": ""], .text("(none)"))])
            + values.map {
                $0.utf8.elementsEqual(example.utf8)
                    ? .element("option", ["value": $0, "selected": ""], .text($0))
                    : .element("option", ["value": $0], .text($0))
            }
        return .element(
            "select",
            [
                "id": id, "name": name, "data-place": place.rawValue, "aria-describedby": "\(id)-help", "disabled": "",
            ], options)
    }
}

extension APIReading.Sample {
    fileprivate var html: HTML {
        APIReading.details(
            "\(language): \(label)", [.element("pre", [:], .element("code", ["class": "sample"], .text(source)))])
    }
}

extension APIReading.Example {
    fileprivate var html: HTML {
        APIReading.details(summary, [.element("pre", [:], .element("code", [:], .text(text)))])
    }
}

extension APIReading.Answer {
    fileprivate var isProblem: Bool { types.contains { $0.utf8.elementsEqual("application/problem+json".utf8) } }
}

extension APIReading.Block {
    fileprivate var html: HTML {
        switch kind {
        case .paragraph: .element("p", [:], rows.flatMap { $0.flatMap { $0.map(\.html) } })
        case .code: .element("pre", [:], .element("code", [:], rows.flatMap { $0.flatMap { $0.map(\.html) } }))
        case .table: .element("table", [:], .element("tbody", [:], rows.enumerated().map(Self.row)))
        }
    }

    private static func row(_ number: Int, _ cells: [[Span]]) -> HTML {
        .element(
            "tr", [:],
            cells.map { cell in
                number == 0
                    ? .element("th", ["scope": "col"], cell.map(\.html)) : .element("td", [:], cell.map(\.html))
            })
    }
}

extension APIReading.Block.Span {
    fileprivate var html: HTML {
        switch style {
        case .plain: .text(text)
        case .strong: .element("strong", [:], .text(text))
        case .code: .element("code", [:], .text(text))
        }
    }
}
