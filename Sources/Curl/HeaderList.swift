import CCurl

/// The header fields of a request as libcurl reads them. It frees them.
@safe final class HeaderList {
    private(set) var first: UnsafeMutablePointer<curl_slist>?

    /// Writes the fields, and takes away those that libcurl would add by itself.
    init(_ fields: [(name: String, value: String)]) {
        for (name, value) in fields { append(Self.line(name, Substring(value.utf8.trimmingBlanks))) }
        for name in ["expect", "accept", "content-type"]
        where !fields.contains(where: { $0.name.equals(ignoringCase: name) }) {
            append("\(name):")
        }
    }

    deinit {
        unsafe curl_slist_free_all(first)
    }

    /// `name;` is libcurl's way to say an empty value: `name:` takes the field away (CURLOPT_HTTPHEADER(3)).
    private static func line(_ name: String, _ value: Substring) -> String {
        value.isEmpty ? "\(name);" : "\(name): \(value)"
    }

    private func append(_ line: String) {
        guard let list = unsafe curl_slist_append(first, line) else { fatalError("out of memory for a header field") }
        unsafe first = unsafe list
    }
}
