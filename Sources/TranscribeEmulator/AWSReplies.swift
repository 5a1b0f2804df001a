import FoundationEssentials
import HTTPExchange
import HTTPTypes
import SigV4

let awsJSON = "application/x-amz-json-1.1"

extension HTTPField.Name {
    static let target = HTTPField.Name("X-Amz-Target")!
    static let requestID = HTTPField.Name("x-amzn-RequestId")!
}

/// Replies in the forms of AWS's.
extension Reply {
    static let notFoundHere = text(status: 404, type: "text/plain", body: "not found")

    /// The reply for an unknown name. The service does not use NotFoundException here.
    static let unknownJob = error(
        code: "BadRequestException", status: 400,
        message: "The requested job couldn't be found. Check the job name and try your request again.")

    static let unreadable = error(code: "SerializationException", status: 400, message: "")

    static func job(_ job: WireJob) -> Reply {
        guard let body = try? JSONEncoder().encode(["MedicalTranscriptionJob": job]) else {
            return error(code: "InternalFailureException", status: 500, message: "")
        }
        return reply(status: 200, type: awsJSON, body: Array(body))
    }

    static func page(_ page: WirePage) -> Reply {
        guard let body = try? JSONEncoder().encode(page) else {
            return error(code: "InternalFailureException", status: 500, message: "")
        }
        return reply(status: 200, type: awsJSON, body: Array(body))
    }

    static func error(code: String, status: Int, message: String) -> Reply {
        let body = (try? JSONEncoder().encode(["__type": code, "Message": message])) ?? Data()
        return reply(status: status, type: awsJSON, body: Array(body))
    }

    static func text(status: Int, type: String, body: String) -> Reply {
        reply(status: status, type: type, body: Array(body.utf8))
    }

    static func redirect(to location: String) -> Reply {
        var reply = text(status: 307, type: "text/plain", body: "moved")
        reply.fields.append(.location, location)
        return reply
    }

    static let encoded = {
        var reply = text(status: 200, type: awsJSON, body: "not really compressed")
        reply.fields.append(.contentEncoding, "gzip")
        return reply
    }()

    private static func reply(status: Int, type: String, body: [UInt8]) -> Reply {
        var fields = FieldBlock()
        fields.append(.contentType, type)
        fields.append(.requestID, "00000000-0000-4000-8000-\(String(Int.random(in: 1 << 40..<1 << 44), radix: 16))0")
        return Reply(status: HTTPResponse.Status(code: status), fields: fields, body: Body(body))
    }
}

extension VerificationError {
    /// The code with which AWS refuses such a request.
    var code: String {
        switch self {
        case .missingAuthorization: "MissingAuthenticationTokenException"
        case .malformedAuthorization, .malformedDate, .unsignedHeader, .missingSignedHeader:
            "IncompleteSignatureException"
        case .wrongScope, .wrongBodyHash, .wrongSignature, .signatureExpired, .signatureNotYetCurrent:
            "InvalidSignatureException"
        case .unknownAccessKey, .wrongSessionToken: "UnrecognizedClientException"
        case .credentialsExpired: "ExpiredTokenException"
        }
    }
}
