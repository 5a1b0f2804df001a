/// Something that goes wrong with an answer, as it does with the real service.
public enum Fault: Sendable {
    /// The answer comes late.
    case delay(Duration)
    /// The answer never comes.
    case hang
    /// An error in the form of awsJson 1.1.
    case error(code: String, status: Int, message: String = "")
    /// An answer of any form, such as a proxy's page.
    case answer(status: Int, type: String, body: String)
    /// The job of another name.
    case otherJob
    /// A body of this many bytes.
    case oversized(Int)
    /// Somewhere else.
    case redirect(to: String)
    /// A content coding that nobody asked for.
    case encoded
}
