/// What is wrong with an answer that is not of the form AWS documents.
public enum MalformedAnswer: String, Error, Hashable, Sendable, CaseIterable {
    /// Not HTTP/1, or compressed though nobody asked for it.
    case notPlainHTTP = "not plain HTTP/1"
    /// More than is read of any answer.
    case tooLarge = "too large"
    /// A status that leads elsewhere. It is not followed: credentials are for one host.
    case redirect = "a redirect"
    /// Not JSON, cut short, or with members of another type than AWS documents.
    case notAJob = "not the JSON of a job"
    /// JSON without a job in it.
    case withoutJob = "without a job"
    /// A job that does not bear the name asked for.
    case anotherJob = "another job than the one asked for"
}
