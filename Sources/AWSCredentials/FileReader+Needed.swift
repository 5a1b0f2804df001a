extension FileReader {
    /// The text of a file that has to be there. Throws `unreadableFile`.
    func neededText(of path: String) throws(CredentialsError) -> String {
        do throws(FileFault) {
            guard let text = try text(of: path) else { throw FileFault.missing }
            return text
        } catch {
            throw .unreadableFile(path: path, error)
        }
    }
}
