/// Puts a document together from what the parser meets in it. Pure: it knows nothing of expat.
struct ElementStack {
    private let depthLimit: Int
    /// The elements that are open, the root first.
    private var open: [XMLElement] = []
    private(set) var root: XMLElement?
    /// Set once: why the rest is not wanted.
    private(set) var refusal: XMLError?

    init(depthLimit: Int) {
        self.depthLimit = depthLimit
    }

    mutating func begin(_ name: String) {
        guard open.count < depthLimit else { return refuse(.tooDeep(limit: depthLimit)) }
        open.append(XMLElement(name: name))
    }

    mutating func append(_ text: String) {
        guard !open.isEmpty else { return }
        open[open.count - 1].text += text
    }

    mutating func end() {
        guard let closed = open.popLast() else { return }
        if open.isEmpty { root = closed } else { open[open.count - 1].children.append(closed) }
    }

    mutating func refuse(_ error: XMLError) {
        refusal = refusal ?? error
    }
}
