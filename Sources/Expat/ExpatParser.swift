import CExpat

/// expat's parser, for one document. Used by one thread only.
@safe final class ExpatParser {
    private let parser: XML_Parser
    private var stack: ElementStack

    init(_ stack: ElementStack) {
        guard let parser = unsafe XML_ParserCreate(nil) else { fatalError("out of memory for expat's parser") }
        unsafe self.parser = unsafe parser
        self.stack = stack
    }

    deinit {
        unsafe XML_ParserFree(parser)
    }

    func parse(_ document: [UInt8]) throws(XMLError) -> XMLElement {
        // Not retained: expat calls back only inside `XML_Parse`, while the caller holds the parser.
        unsafe XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        unsafe XML_SetElementHandler(parser, beginElement, endElement)
        unsafe XML_SetCharacterDataHandler(parser, appendText)
        unsafe XML_SetStartDoctypeDeclHandler(parser, refuseDocumentType)
        let status = unsafe document.withUnsafeBytes { bytes in
            unsafe XML_Parse(
                parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: bytes.count), 1)
        }
        if let error = stack.error { throw error }
        guard status == XML_STATUS_OK, let root = stack.root else { throw .malformed(line: line) }
        return root
    }

    private var line: Int { Int(clamping: unsafe XML_GetCurrentLineNumber(parser)) }

    /// For expat's callbacks. An error of the stack ends the parsing.
    fileprivate func take(_ change: (inout ElementStack) -> Void) {
        change(&stack)
        if stack.error != nil { _ = unsafe XML_StopParser(parser, XML_Bool(XML_FALSE)) }
    }
}

private func parser(_ context: UnsafeMutableRawPointer?) -> ExpatParser {
    guard let context = unsafe context else { preconditionFailure("expat called back without its user data") }
    return unsafe Unmanaged<ExpatParser>.fromOpaque(context).takeUnretainedValue()
}

private let beginElement: XML_StartElementHandler = { context, name, _ in
    guard let name = unsafe name else { return }
    let text = unsafe String(cString: name)
    unsafe parser(context).take { $0.begin(text) }
}

private let endElement: XML_EndElementHandler = { context, _ in
    unsafe parser(context).take { $0.end() }
}

private let appendText: XML_CharacterDataHandler = { context, bytes, count in
    let text = unsafe String(
        decoding: UnsafeRawBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
    unsafe parser(context).take { $0.append(text) }
}

private let refuseDocumentType: XML_StartDoctypeDeclHandler = { context, _, _, _, _ in
    unsafe parser(context).take { $0.fail(.documentType) }
}

/// Builds the tree of a document from what the parser finds in it. Pure: it does not use expat.
struct ElementStack {
    private let depthLimit: Int
    /// The elements that are open, the root first.
    private var open: [XMLElement] = []
    private(set) var root: XMLElement?
    /// Set once: why the rest is not read.
    private(set) var error: XMLError?

    init(depthLimit: Int) {
        self.depthLimit = depthLimit
    }

    mutating func begin(_ name: String) {
        guard open.count < depthLimit else { return fail(.tooDeep(limit: depthLimit)) }
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

    mutating func fail(_ error: XMLError) {
        self.error = self.error ?? error
    }
}
