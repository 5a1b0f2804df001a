import Formats

/// A valid `tracestate` (W3C Trace Context, level 2, §3.3): up to 32 members `key=value` with commas between them.
///
/// It is longer than 512 bytes in no case: so much has to be passed on, and more would only cost memory.
struct TraceState: Hashable, Sendable {
    static let mostMembers = 32
    static let mostBytes = 512
    /// Of a key, and of a value.
    private static let longestPart = 256

    /// The members in their order, without the empty ones and the blanks around them.
    let text: String

    /// Nil if a member breaks the grammar, if there is no member, and if there are too many or they are too long.
    init?(_ value: String) {
        let utf8 = value.utf8
        let bytes = utf8.span
        guard bytes.count <= Self.mostBytes else { return nil }
        var (members, kept): (Int, [UInt8]) = (0, [])
        kept.reserveCapacity(bytes.count)
        for member in utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: true) {
            let member = member.trimmingBlanks
            guard !member.isEmpty else { continue }
            members += 1
            guard members <= Self.mostMembers, Self.isValid(member) else { return nil }
            if !kept.isEmpty { kept.append(UInt8(ascii: ",")) }
            kept.append(contentsOf: member)
        }
        guard members > 0 else { return nil }
        text = String(decoding: kept, as: UTF8.self)
    }

    /// Spaces before a value belong to it, so that only the tab in front of a member's end can be a blank in it.
    private static func isValid(_ member: Substring.UTF8View) -> Bool {
        guard let sign = member.firstIndex(of: UInt8(ascii: "=")) else { return false }
        let (key, value) = (member[..<sign], member[sign...].dropFirst())
        return (1...longestPart).contains(key.count) && (1...longestPart).contains(value.count)
            && key.first.map { !"_-*/@".utf8.contains($0) } == true && key.allSatisfy(keyCharacters.contains)
            && value.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "=") }
    }

    private static let keyCharacters = ASCIISet("abcdefghijklmnopqrstuvwxyz0123456789_-*/@")
}
