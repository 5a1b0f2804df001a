import SigV4

/// AWS's members, where a null one is absent (awsJson 1.1).
///
/// They are read as strings, numbers and objects, which the decoder knows: of any other type it looks up each time how it
/// is decoded.
extension KeyedDecodingContainer {
    func word<Word: OpenEnum>(_ key: Key) throws -> Word? {
        try decodeIfPresent(String.self, forKey: key).map(Word.init(rawValue:))
    }

    func time(_ key: Key) throws -> Timestamp? {
        if let seconds = try? decodeIfPresent(Double.self, forKey: key) {
            return try known(Timestamp(wireSeconds: seconds), key)
        }
        guard let text = try decodeIfPresent(String.self, forKey: key) else { return nil }
        return try known(Timestamp(wireText: text), key)
    }

    private func known(_ time: Timestamp?, _ key: Key) throws -> Timestamp {
        guard let time else {
            throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "not a time")
        }
        return time
    }

    func object<Member: CodingKey>(_ key: Key, of members: Member.Type) throws -> KeyedDecodingContainer<Member>? {
        guard contains(key), try !decodeNil(forKey: key) else { return nil }
        return try nestedContainer(keyedBy: members, forKey: key)
    }
}
