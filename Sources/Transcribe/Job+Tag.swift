extension Job {
    /// A label that its owner gave the job.
    public struct Tag: Hashable, Sendable {
        public let key: String
        public let value: String

        public init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }
}

extension Job.Tag: Decodable {
    private enum CodingKeys: String, CodingKey {
        case key = "Key"
        case value = "Value"
    }
}
