import Transcribe

extension Diagnosis.Section {
    /// What one signed call means.
    init(_ outcome: Result<JobAnswer, TranscribeError>) {
        self.init("One signed call")
        switch outcome {
        case .success(let answer):
            note("outcome", "credentials and permission work" + answer.job.words)
        case .failure(.jobNotFound):
            note("outcome", "credentials and permission work; AWS knows no such job")
        case .failure(.invalidRequest):
            note("outcome", "credentials and permission work; AWS does not accept this job name")
        case .failure(let error):
            object("outcome", error.meaning)
        }
        let requestID = (try? outcome.get())?.requestID ?? outcome.failure?.awsRequestID
        if let requestID { note("AWS request", requestID) }
    }
}

extension Job {
    fileprivate var words: String { status.map { "; the job is \($0.rawValue)" } ?? "" }
}

extension Result {
    fileprivate var failure: Failure? {
        guard case .failure(let error) = self else { return nil }
        return error
    }
}

extension TranscribeError {
    /// For the operator: what is wrong, and whose it is to mend.
    fileprivate var meaning: String {
        switch self {
        case .jobNotFound, .invalidRequest: "AWS knows no such job"
        case .badRequest: "AWS refuses the request as a bad one" + code
        case .throttled: "AWS takes the credentials, and limits the requests of their account at the moment" + code
        case .accessDenied(let origin) where origin.code == nil:
            "AWS denies access and does not say why; transcribe:GetMedicalTranscriptionJob may not be permitted"
        case .accessDenied:
            "AWS takes the credentials, but they lack the permission transcribe:GetMedicalTranscriptionJob" + code
        case .credentialsRejected: "AWS does not take the credentials" + code
        case .credentialsUnavailable(let error): "there are no credentials: \(error.reason)"
        case .upstreamFailed: "AWS answered with an error of its own" + code
        case .malformedAnswer(let fault, _): "what answered is not Amazon Transcribe: \(fault.rawValue)"
        case .unreachable(let error): "the endpoint cannot be asked: \(error)"
        case .outOfTime: "upstream.timeout was over before AWS could be asked"
        case .timedOut: "there was no answer within upstream.timeout"
        case .cancelled: "the call was cancelled"
        }
    }

    private var code: String { origin?.code.map { " (\($0.text))" } ?? "" }
}
