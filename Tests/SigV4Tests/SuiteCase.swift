import Crypto
import Formats
import FoundationEssentials
import SigV4
import TestSupport

/// A folder of AWS's signing test suite. The signature is in the headers.
struct SuiteCase {
    static let folder = "sigv4/v4"

    let name: String
    let request: SigningRequest
    let context: Context

    /// `context.json`.
    struct Context: Decodable {
        struct Key: Decodable {
            let access_key_id: String
            let secret_access_key: String
            let token: String?
        }

        let credentials: Key
        let region: String
        let service: String
        let timestamp: String
        let normalize: Bool
        let sign_body: Bool
        let omit_session_token: Bool?
    }

    init(_ name: String) throws {
        self.name = name
        request = try SigningRequest(suiteText: Vectors.text("\(Self.folder)/\(name)/request.txt"))
        let json = try Vectors.text("\(Self.folder)/\(name)/context.json")
        context = try JSONDecoder().decode(Context.self, from: Data(json.utf8))
    }

    /// The expected text of a stage: `header-PART.txt`.
    func expected(_ part: String) throws -> String {
        try Vectors.text("\(Self.folder)/\(name)/header-\(part).txt")
    }

    var credentials: Credentials {
        Credentials(
            accessKeyID: context.credentials.access_key_id, secretAccessKey: context.credentials.secret_access_key,
            sessionToken: context.credentials.token)
    }

    /// The credentials to sign with: without the token in the case that leaves it out of the signature.
    var signingCredentials: Credentials {
        guard context.omit_session_token == true else { return credentials }
        return Credentials(accessKeyID: credentials.accessKeyID, secretAccessKey: credentials.secretAccessKey)
    }

    /// The lines to add before signing: the hash of the body in some cases.
    var linesToSign: [(name: String, value: String)] {
        guard context.sign_body else { return [] }
        return [("X-Amz-Content-SHA256", String(hexadecimal: SHA256.hash(data: request.body)))]
    }

    /// The lines to add after signing: the session token in one case.
    var linesToAdd: [(name: String, value: String)] {
        guard context.omit_session_token == true, let token = context.credentials.token else { return [] }
        return [("X-Amz-Security-Token", token)]
    }

    var signer: Signer {
        Signer(region: context.region, service: context.service, path: pathRules)
    }

    var pathRules: PathRules {
        var rules = PathRules()
        rules.normalizes = context.normalize
        return rules
    }

    var time: Timestamp? { Timestamp(rfc3339: context.timestamp) }
}

extension SigningRequest {
    /// Reads a request as the suite writes it: lines end in LF, the target may hold spaces, headers may be folded.
    init(suiteText text: String) throws {
        let end = text.firstRange(of: "\n\n")
        let head = text[..<(end?.lowerBound ?? text.endIndex)].split(separator: "\n")
        let words = head[0].split(separator: " ")
        var headers: [(name: String, value: String)] = []
        for line in head.dropFirst() {
            if line.first == " " {
                headers[headers.count - 1].value += "\n" + line
            } else {
                let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                headers.append((String(parts[0]), String(parts[1])))
            }
        }
        self.init(
            method: String(words[0]), target: words[1..<(words.count - 1)].joined(separator: " "), headers: headers,
            body: Array((end.map { text[$0.upperBound...] } ?? "").utf8))
    }
}
