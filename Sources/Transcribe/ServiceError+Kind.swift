extension ServiceError {
    /// What an error means for the call.
    enum Kind: Hashable, Sendable {
        case jobNotFound
        /// AWS's own check of the input failed.
        case invalidRequest
        /// Any other `BadRequestException`.
        case badRequest
        case throttled
        /// The session has ended or the key was withdrawn: fresh credentials may do.
        case credentialsRejected
        /// The signature is wrong or not of this time: the clock may be, else the secret.
        case signatureRejected
        case accessDenied
        /// May be gone at the next attempt.
        case transient
        /// Would be the same at every attempt.
        case failed
    }

    /// The meaning by the code; the status counts only where the code is absent or says nothing.
    var kind: Kind {
        guard let code = origin.code else { return kindByStatus }
        if code.text == "BadRequestException" { return kindOfBadRequest }
        return Kind(code) ?? kindByStatus
    }

    private var kindByStatus: Kind {
        switch origin.status {
        case 401, 403: .accessDenied
        case 408, 500, 502, 503, 504: .transient
        case 429: .throttled
        default: .failed
        }
    }

    /// Transcribe answers `BadRequestException` to an unknown job, to invalid input and to whatever else; only the text
    /// tells them apart. (The text about invalid input quotes the input, so it is looked for first.)
    private var kindOfBadRequest: Kind {
        let text = (message ?? "").lowercased().replacing("’", with: "'")
        if text.contains("validation error") && text.contains("detected") { return .invalidRequest }
        return Self.absences.contains(where: text.contains) ? .jobNotFound : .badRequest
    }

    private static let absences = [
        "couldn't be found", "could not be found", "not found", "doesn't exist", "does not exist",
    ]
}
