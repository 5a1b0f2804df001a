import Curl
import Transcribe

extension Diagnosis.Section {
    /// Where Amazon Transcribe is, who says so, and what an unsigned request showed.
    init(_ location: AWSLocation, _ clock: Result<ClockComparison?, CurlError>) {
        self.init("Amazon Transcribe")
        note("region", "\(location.settings.region) (\(location.settings.regionSource))")
        note("endpoint", "\(location.endpoint.url) (\(location.endpointSource))")
        note(clock)
    }

    private mutating func note(_ clock: Result<ClockComparison?, CurlError>) {
        switch clock {
        case .success(let comparison?): note("clock", "\(comparison)")
        case .success(nil): note("clock", "cannot be compared: the endpoint's answer has no date")
        case .failure(let error): object("connection", "cannot be asked: \(error)")
        }
    }
}
