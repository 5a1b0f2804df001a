import Curl
import MicroHTTPD
import OwnProcess

/// What the program calls itself.
enum Identity {
    static let name = "transcribe-gateway"
    /// The version of the program and of the API that `openapi.yaml` describes.
    static let version = "1.0.0"
    /// The commit that was built, or `unknown`.
    static var revision: String { OwnProcess.revision }
    /// How AWS sees it (RFC 9110 §10.1.5).
    static let userAgent = "\(name)/\(version)"

    /// What `--version` prints. To find how libmicrohttpd checks requests takes descriptors, which other commands may not
    /// have.
    static var description: String {
        """
        \(name) \(version) (revision \(revision))
        libmicrohttpd \(LibraryBehaviour.version), requests checked by: \(LibraryBehaviour.observed.checks.rawValue)
        libcurl \(CurlClient.libraryVersion)
        """
    }
}
