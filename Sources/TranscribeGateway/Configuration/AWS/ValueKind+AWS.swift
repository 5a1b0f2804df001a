extension ValueKind where Value == String {
    /// The form of every region's name; new ones appear faster than a list would.
    static var region: Self {
        Self(allowed: "the name of an AWS region, such as us-east-1") { text in
            text.utf8.count <= 32 && text.wholeMatch(of: /[a-z]+(-[a-z]+)+-[0-9]+/) != nil ? text : nil
        }
    }

    /// Any name that fits a line of AWS's shared files.
    static var profile: Self {
        Self(allowed: "the name of a profile, at most 128 bytes without control characters") { text in
            let isPrintable = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
            return text.utf8.count <= 128 && isPrintable ? text : nil
        }
    }

    /// A URL of scheme, host and port; a path would have to be signed, and a password would end up in logs.
    static var endpoint: Self {
        Self(allowed: "a URL of scheme, host and port only, such as https://localhost:8443") { text in
            let form = /(https?:\/\/(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?)\/?/
            guard text.utf8.count <= 300, let match = text.wholeMatch(of: form) else { return nil }
            guard match.2.map({ (1...65535).contains(Int($0) ?? 0) }) ?? true else { return nil }
            return String(match.1)
        }
    }
}
