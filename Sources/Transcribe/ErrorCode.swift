/// The code of an AWS error, such as `BadRequestException`: what decides what an error means (the HTTP status of an
/// awsJson service does not).
///
/// Only letters, digits, `.`, `_` and `-`, at most 100 of them, make a code; so one can be logged and shown as it is.
public struct ErrorCode: Hashable, Sendable {
    public let text: String

    /// Reads a code as AWS sends it, in one of the forms `Foo`, `Foo:http://…`, `namespace#Foo` and
    /// `namespace#Foo:http://…` (awsJson 1.1, "Operation error serialization"). Nil if nothing of a code is there.
    public init?(wire: String) {
        let withoutURI = wire.prefix { $0 != ":" }
        let name = withoutURI.firstIndex(of: "#").map { withoutURI[withoutURI.index(after: $0)...] } ?? withoutURI
        guard let token = Token(name, maximumLength: 100) else { return nil }
        text = token.text
    }
}
