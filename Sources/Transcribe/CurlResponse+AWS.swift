import Curl
import SigV4

extension CurlResponse {
    /// AWS's name for the request; absent too if it is not fit to be shown (see ``Token``).
    var requestID: String? {
        headers["x-amzn-RequestId"].flatMap { Token($0, maximumLength: 100)?.text }
    }

    /// When this was answered, by the clock of the other side.
    var serverTime: Timestamp? {
        headers["Date"].flatMap(Timestamp.init(httpDate:))
    }
}
