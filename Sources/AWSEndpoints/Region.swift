/// The name of an AWS region, such as `eu-west-1`, in the form that all of them have: words of the letters `a` to `z`
/// and a number, joined by `-`.
///
/// The name becomes part of a host name that credentials are sent to. With a dot or a slash in it that host could be
/// any. The form is checked instead of a list of names, because regions are added more often than this program is built.
public struct Region: Hashable, Sendable {
    /// The name as AWS writes it.
    public let name: String

    /// Nil for any other form, and for more than 32 bytes.
    public init?(_ name: String) {
        let parts = name.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard name.utf8.count <= 32, parts.count > 2, let number = parts.last,
            parts.allSatisfy({ !$0.isEmpty }), number.allSatisfy(Self.digits.contains),
            parts.dropLast().allSatisfy({ $0.allSatisfy(Self.letters.contains) })
        else { return nil }
        self.name = name
    }

    /// What a setting may hold, as the end of the sentence "… must be …".
    package static let allowed = "the name of an AWS region, such as us-east-1"

    private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    private static let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
}

extension Region: CustomStringConvertible {
    /// The name.
    public var description: String { name }
}
