import Curl
import FoundationEssentials

extension JobAnswer {
    /// Reads what came for a job of this name.
    init(_ response: CurlResponse, for name: JobName) throws(AttemptFailure) {
        let origin = AnswerOrigin(status: response.status, requestID: response.requestID)
        switch response.status {
        case 200..<300: break
        case 400...: throw .refused(ServiceError(response))
        default: throw .malformed(.redirect, origin)
        }
        do throws(MalformedAnswer) {
            self.init(job: try Self.job(in: response.body, for: name), requestID: origin.requestID)
        } catch {
            throw .malformed(error, origin)
        }
    }

    /// The job in AWS's words. It gives every job its name. One without could be anybody's, so it is refused like one
    /// with another's.
    package static func job(in body: [UInt8], for name: JobName) throws(MalformedAnswer) -> Job {
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
