import HTTPTypes

extension Page {
    /// A problem for people.
    init(_ problem: Problem, requestID: String) {
        title = problem.type.title
        let retry = problem.retryAfter.map { HTML.element("p", [:], .text("Try again in \($0) s.")) }
        content = [
            .element("p", [:], .text(problem.detail)),
            retry,
            .element("p", ["class": "note"], .text("Status \(problem.status.code) · request \(requestID)")),
        ].compactMap { $0 }
    }

    /// What a type of problem means (`/problems/{type}`).
    init(_ type: ProblemType) {
        title = type.title
        content = [.element("p", [:], .text(type.explanation))]
    }
}
