import Curl
import Formats
import FoundationEssentials

/// A job as AWS told it.
public struct JobResponse: Hashable, Sendable {
    public let job: Job
    /// AWS's name for the request, by which its support can find it.
    public let requestID: String?

    public init(job: Job, requestID: String? = nil) {
        self.job = job
        self.requestID = requestID
    }
}

extension JobResponse {
    /// Reads what came for a job of this name.
    init(_ response: CurlResponse, for name: JobName) throws(AttemptError) {
        let origin = ResponseOrigin(status: response.status, requestID: response.requestID)
        switch response.status {
        case 200..<300: break
        case 400...: throw .service(ServiceError(response))
        default: throw .malformed(.redirect, origin)
        }
        do throws(MalformedResponse) {
            self.init(job: try Self.job(in: response.body, for: name), requestID: origin.requestID)
        } catch {
            throw .malformed(error, origin)
        }
    }

    /// The job in AWS's words. It gives every job its name. One without could be anybody's, so it is refused like one
    /// with another's.
    package static func job(in body: [UInt8], for name: JobName) throws(MalformedResponse) -> Job {
        guard let output = try? JSONDecoder().decode(Output.self, from: Data(body)) else { throw .notAJob }
        guard let job = output.job else { throw .withoutJob }
        guard job.name == name.text else { throw .anotherJob }
        return job
    }

    private struct Output: Decodable {
        let job: Job?

        private enum CodingKeys: String, CodingKey {
            case job = "MedicalTranscriptionJob"
        }
    }
}

/// What is wrong with an answer that is not of the form AWS documents.
public enum MalformedResponse: String, Error, Hashable, Sendable, CaseIterable {
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

/// What an answer of AWS says about itself, safe to log and to show.
public struct ResponseOrigin: Hashable, Sendable {
    /// The HTTP status.
    public let status: Int
    /// The error's code, if it has one.
    public let code: ErrorCode?
    /// AWS's name for the request (`x-amzn-RequestId`), by which its support can find it.
    public let requestID: String?

    public init(status: Int, code: ErrorCode? = nil, requestID: String? = nil) {
        self.status = status
        self.code = code
        self.requestID = requestID
    }
}

extension CurlResponse {
    /// AWS's name for the request; absent too unless it is a plain name, which is safe to show.
    var requestID: String? {
        headers["x-amzn-RequestId"].flatMap { $0.isName(maximumLength: 100) ? $0 : nil }
    }

    /// When this was answered, by the clock of the other side.
    var serverTime: Timestamp? {
        headers["Date"].flatMap(Timestamp.init(httpDate:))
    }
}
