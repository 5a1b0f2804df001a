import Curl

extension Diagnosis.Section {
    /// Where Amazon Transcribe is, and who says so.
    init(_ location: AWSLocation) {
        self.init("Amazon Transcribe")
        note("region", "\(location.settings.region) (\(location.settings.regionSource))")
        note("endpoint", "\(location.endpoint.url) (\(location.endpointSource))")
    }

    /// What an unsigned request to the endpoint showed.
    mutating func note(clock: Result<ClockComparison?, CurlError>) {
        switch clock {
        case .success(let comparison?): note("clock", "\(comparison)")
        case .success(nil): note("clock", "cannot be compared: the endpoint's answer has no date")
        case .failure(let error): object("endpoint", "cannot be asked: \(error)")
        }
    }
}
