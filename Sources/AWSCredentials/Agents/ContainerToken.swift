/// What a container shows its agent: the whole value of `Authorization`.
struct ContainerToken {
    let text: String

    /// Nil where neither variable is set; the file wins. The file is read anew each time, because its content is
    /// replaced long before it ends. Throws `unreadableFile` and `malformedToken`.
    init?(environment: Variables, files: FileReader) throws(CredentialsError) {
        if let path = environment.value(of: Self.file) {
            try self.init(try files.neededText(of: path), from: path)
        } else if let text = environment.verbatim(Self.variable), !text.isEmpty {
            try self.init(text, from: Self.variable)
        } else {
            return nil
        }
    }

    /// A line break would let the token begin a header field of its own.
    private init(_ text: String, from source: String) throws(CredentialsError) {
        guard !text.isEmpty, !text.utf8.contains(where: { $0 == 0x0D || $0 == 0x0A })
        else { throw .malformedToken(source) }
        self.text = text
    }

    private static let file = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
    private static let variable = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
}
