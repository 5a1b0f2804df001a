/// The day, region and service that a signing key is good for.
package struct CredentialScope: Equatable {
    /// The UTC day, `20150830`.
    let date: String
    let region: String
    let service: String
    /// `20150830/us-east-1/transcribe/aws4_request`.
    let text: String

    /// The scope of these three.
    package init(date: String, region: String, service: String) {
        self.date = date
        self.region = region
        self.service = service
        self.text = "\(date)/\(region)/\(service)/\(Self.terminator)"
    }

    /// The last part of every scope, and the last input of every signing key.
    static let terminator = "aws4_request"
}
