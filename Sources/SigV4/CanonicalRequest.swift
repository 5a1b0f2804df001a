/// The form of a request that both sides hash: stage 1 of "Create a signed AWS API request" (IAM User Guide).
package struct CanonicalRequest {
    /// The whole text; its SHA-256 goes into the string to sign.
    package let text: [UInt8]
    /// The names of the headers under the signature, `host;x-amz-date`.
    package let signedHeaders: String

    init(_ request: SigningRequest, headers: CanonicalHeaders, bodyHash: String, normalizesPath: Bool) {
        let target = request.target.utf8.split(
            separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        var text: [UInt8] = []
        text.reserveCapacity(1024)
        text.append(line: request.method)
        text.append(canonicalPath: target[0], normalized: normalizesPath)
        text.append(UInt8(ascii: "\n"))
        if target.count > 1 { text.append(canonicalQuery: target[1]) }
        text.append(UInt8(ascii: "\n"))
        headers.append(to: &text)
        signedHeaders = headers.names
        text.append(line: "")
        text.append(line: signedHeaders)
        text.append(bodyHash)
        self.text = text
    }
}
