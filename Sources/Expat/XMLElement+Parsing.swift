extension XMLElement {
    /// Reads a whole document and gives its root.
    ///
    /// Bounded in time and memory by `sizeLimit`, in bytes, and `depthLimit`, in elements. The encoding is what the
    /// document says: UTF-8, UTF-16, ISO-8859-1 or US-ASCII.
    public static func root(
        of document: [UInt8], sizeLimit: Int = 1 << 16, depthLimit: Int = 32
    ) throws(XMLError) -> XMLElement {
        guard document.count <= sizeLimit else { throw .tooLarge(limit: sizeLimit) }
        return try ExpatParser(ElementStack(depthLimit: depthLimit)).parse(document)
    }
}
