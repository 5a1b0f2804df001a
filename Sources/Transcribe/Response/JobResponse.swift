import FoundationEssentials

/// A job as AWS sent it.
public struct JobResponse: Hashable, Sendable {
    public let job: Job
    /// The response that the job came with; nil where it did not come from AWS.
    public let origin: ResponseOrigin?

    /// AWS's ID of the request, which its support asks for.
    public var requestID: String? { origin?.requestID }

    public init(job: Job, origin: ResponseOrigin? = nil) {
        self.job = job
        self.origin = origin
    }
}

extension JobResponse {
    /// Reads the job. AWS sends the name with every job, so one without a name is refused, as one with another name is.
    package static func job(in body: [UInt8], for name: JobName) throws(MalformedResponse) -> Job {
        guard let output = try? JSONDecoder().decode(Output.self, from: Data(body)) else { throw .notAJob }
        guard let job = output.job else { throw .withoutJob }
        // By bytes: for `==` a name of other characters may be equal, such as the Kelvin sign and "K".
        guard let jobName = job.name, jobName.utf8.elementsEqual(name.text.utf8) else { throw .anotherJob }
        return job
    }

    private struct Output: Decodable {
        let job: Job?

        private enum CodingKeys: String, CodingKey {
            case job = "MedicalTranscriptionJob"
        }
    }
}
