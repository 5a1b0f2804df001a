import Formats
import HTTPExchange
import HTTPTypes
import Transcribe

/// What everything here is about.
enum Sample {
    static let name = "visit-42"
    static let now = ContinuousClock.now
    static let wallTime = Timestamp(millisecondsSinceEpoch: 1_795_500_546_991)

    /// AWS's answer about the job.
    static let answer = Array(
        """
        {"MedicalTranscriptionJob":{"MedicalTranscriptionJobName":"visit-42","TranscriptionJobStatus":"COMPLETED",\
        "LanguageCode":"en-US","MediaSampleRateHertz":44100,"MediaFormat":"wav",\
        "Media":{"MediaFileUri":"s3://demo-audio/visit-42.wav"},\
        "Transcript":{"TranscriptFileUri":\
        "https://s3.us-east-1.amazonaws.com/demo-transcripts/medical/visit-42.json"},\
        "StartTime":1795500546.991,"CreationTime":1795500526.991,"CompletionTime":1795500736.991,\
        "Settings":{"ChannelIdentification":false,"ShowAlternatives":false},\
        "ContentIdentificationType":"PHI","Specialty":"PRIMARYCARE","Type":"CONVERSATION"}}
        """.utf8)

    static func job() throws -> Job {
        try JobResponse.job(in: answer, for: JobName(name))
    }

    /// As a program asks that sends nothing but what it must.
    static func request(having tag: String? = nil) -> Request {
        Request(
            method: .get, target: "/jobs/\(name)", host: "127.0.0.1:8080", peer: PeerAddress(ipv4: 0x7F00_0001),
            mayContinueTrace: false, fields: Fields(tag: tag))
    }

    /// A request whose name is not valid.
    static func badRequest(accepting accept: String? = nil) -> Request {
        Request(
            method: .get, target: "/jobs/visit%2042", host: "127.0.0.1:8080", peer: PeerAddress(ipv4: 0x7F00_0001),
            mayContinueTrace: false, fields: Accepting(types: accept))
    }

    /// 14 kB that hold as many media ranges as they can, and the one that counts at their end.
    static let longAccept = String(repeating: "a/b;q=0.1,", count: 1_400) + "text/html"
}

/// Perhaps a condition, and nothing else.
private struct Fields: RequestFields {
    let tag: String?

    var lines: [(name: String, value: String)] { tag.map { [("If-None-Match", $0)] } ?? [] }

    func value(of name: HTTPField.Name) -> String? { name.rawName == "If-None-Match" ? tag : nil }
}

/// Perhaps the media types of a client, and nothing else.
private struct Accepting: RequestFields {
    let types: String?

    var lines: [(name: String, value: String)] { types.map { [("Accept", $0)] } ?? [] }

    func value(of name: HTTPField.Name) -> String? { name == .accept ? types : nil }
}
