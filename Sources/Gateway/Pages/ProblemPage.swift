import Formats
import HTTPTypes
import Transcribe

extension Page {
    /// A problem for people: what they can do, the form with the name that they asked for, and what their operator needs.
    /// What can pass by itself is looked at again by itself.
    ///
    /// - Parameters:
    ///   - job: the job that was asked for, where its name is valid.
    ///   - now: of the wall clock.
    init(_ problem: Problem, of job: JobName?, in context: RequestContext, at now: Timestamp) {
        let name = job?.text ?? context.requestedName
        let job = job ?? name.flatMap { try? JobName($0) }
        let words = problem.type.words
        let pause = words.pause(advised: problem.retryAfter)
        self.init(
            title: words.heading ?? problem.type.title,
            content: [
                name.map(Self.asked), .element("p", ["id": "advice"], .text(words.advice ?? problem.detail)),
                words.isForOperator ? Self.message(problem, context.id.text) : nil,
                job == nil ? nil : pause.map(Self.again), Self.particulars(problem, context.id.text),
            ].compactMap { $0 })
        tab = name.map { "\($0): \(title)" }
        lookUp = name ?? ""
        state = [("data-now", now.inSeconds)]
        // Only the page of a job knows where to look again: the form's own URL leads to it.
        guard let job, let pause else { return }
        state += [("data-look", "/jobs/\(job.text)"), ("data-retry", String(pause))]
        if words.keepsJob { state.append(("data-keep", "")) }
        state.append(("data-pause", String(words.pause(advised: nil) ?? pause)))
        if let looks = words.looks { state.append(("data-looks", String(looks))) }
        reload = words.reload(after: pause)
    }

    private static func asked(_ name: String) -> HTML {
        .element(
            "p", ["id": "asked"], .text("You asked for "), .element("strong", [:], .element("bdi", [:], .text(name))),
            .text("."))
    }

    private static func again(after pause: Int) -> HTML {
        .element(
            "p", ["id": "again", "class": "banner"], .text("This page looks again "), .due(in: pause), .text("."))
    }

    private static func message(_ problem: Problem, _ requestID: String) -> HTML {
        .element(
            "p", ["id": "message"], .text("Tell the operator of this gateway: "),
            .element("q", [:], .text("\(problem.type.title) (\(problem.type.rawValue)), request \(requestID)")),
            .text("."))
    }

    private static func particulars(_ problem: Problem, _ requestID: String) -> HTML {
        let code = problem.type.rawValue
        let rows = [
            ("What happened", HTML.text(problem.detail)),
            (
                "Kind",
                .element("span", [:], .link("/problems/\(code)", code), .text(" (status \(problem.status.code))"))
            ),
            ("Request", .element("code", [:], .text(requestID))),
        ]
        let awsRow = problem.awsRequestID.map { ("Request at AWS", HTML.element("code", [:], .text($0))) }
        return .element(
            "section", ["id": "particulars", "class": "note"], .heading("For the operator"),
            .list(rows + [awsRow].compactMap { $0 }))
    }
}

extension RequestContext {
    /// The name of the job that the request asks for, as a person gave it: from `/jobs/{name}`, or the only `name` of the
    /// query. It may be no valid name, and is cut where it is longer than a name can be.
    fileprivate var requestedName: String? {
        let utf8 = target.utf8
        let bytes = utf8.span
        let (path, query) = bytes.divided(0..<bytes.count, at: UInt8(ascii: "?"))
        let prefix = "/jobs/"
        if target.utf8.starts(with: prefix.utf8) {
            let segment = bytes.divided(prefix.utf8.count..<path.upperBound, at: UInt8(ascii: "/")).0
            return Self.text(Array(target.utf8.dropFirst(segment.lowerBound).prefix(segment.count)))
        }
        guard bytes.extracting(path).isText("/jobs"), let query else { return nil }
        // Each member is looked at: one more name may be the last.
        var members = ListElements(of: query, separatedBy: UInt8(ascii: "&"), limit: query.count + 1)
        var names: [Range<Int>] = []
        while names.count < 2, let member = members.next(in: bytes) {
            let (name, value) = bytes.divided(member, at: UInt8(ascii: "="))
            if bytes.extracting(name).isText("name"), let value { names.append(value) }
        }
        guard names.count == 1, let value = names.first else { return nil }
        let encoded = target.utf8.dropFirst(value.lowerBound).prefix(value.count)
        return Self.text(encoded.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 })
    }

    /// What percent-encoded bytes stand for, without control characters; nil if that is nothing.
    private static func text(_ encoded: [UInt8]) -> String? {
        let start = Array(encoded.prefix(3 * JobName.maximumLength))
        let decoded = [UInt8](percentDecoding: start.span) { _ in }
        let visible = decoded.prefix(JobName.maximumLength).filter { $0 >= 0x20 && $0 != 0x7F }
        return visible.isEmpty ? nil : String(decoding: visible, as: UTF8.self)
    }
}
