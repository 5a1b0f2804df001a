/// The `Authorization` header of a signed request: stage 5 of AWS's page.
struct Authorization: Equatable {
    let accessKeyID: String
    /// The credential scope as it is written.
    let scope: String
    /// `host;x-amz-date`.
    let signedHeaders: String
    /// 64 hexadecimal digits.
    let signature: String

    /// The value of the header.
    var text: String {
        var text: [UInt8] = []
        text.reserveCapacity(320)
        text.append(Signature.algorithm)
        text.append(" Credential=")
        text.append(accessKeyID)
        text.append("/")
        text.append(scope)
        text.append(", SignedHeaders=")
        text.append(signedHeaders)
        text.append(", Signature=")
        text.append(signature)
        return String(decoding: text, as: UTF8.self)
    }
}
