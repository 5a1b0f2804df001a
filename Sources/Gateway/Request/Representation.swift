import Formats
import HTTPExchange
import HTTPTypes

/// How an answer is written.
enum Representation: String, CaseIterable {
    /// A document for programs.
    case json
    /// A page for people.
    case html

    /// What `format` in the query of a target asks for, whatever else is wrong with the query; nil if it asks for nothing
    /// that there is. A refusal obeys it too, wherever a job's URL may have it.
    init?(inQueryOf target: String) {
        let utf8 = target.utf8
        let bytes = utf8.span
        guard let mark = bytes.firstIndex(of: UInt8(ascii: "?")) else { return nil }
        var members = ListElements(
            of: mark + 1..<bytes.count, separatedBy: UInt8(ascii: "&"), limit: JobQuery.mostMembers)
        while let member = members.next(in: bytes) {
            let (name, value) = bytes.divided(member, at: UInt8(ascii: "="))
            guard bytes.extracting(name).isText(QueryMember.format.rawValue) else { continue }
            guard let value, let representation = Self(bytes.extracting(value)) else { return nil }
            self = representation
            return
        }
        return nil
    }

    /// The representation of this name.
    init?(_ name: Span<UInt8>) {
        guard let representation = Self.allCases.first(where: { name.isText($0.rawValue) }) else { return nil }
        self = representation
    }
}

/// Which client reads an answer that could be a page.
enum Reader {
    /// Whether a person is likely to read the answer to a request that prefers a page. A browser that navigates says so
    /// (Fetch Metadata Request Headers §2.3), and a script in it says something else. A client that says nothing is a person's
    /// browser, unless it is a program that names HTML without being told to: Java's `HttpURLConnection`.
    static func isPerson(sending request: borrowing Request) -> Bool {
        if let mode = request[.secFetchMode] { return mode.utf8.elementsEqual("navigate".utf8) }
        return !isAcceptOfJava(request[.accept]) && !isAgentOfJava(request[.userAgent])
    }

    /// Whether `Accept` is the one that `HttpURLConnection` sends where its program sets none:
    /// `text/html, image/gif, image/jpeg, */*; q=0.2`, before JDK 17 with `*; q=.2, */*; q=.2` at its end.
    private static func isAcceptOfJava(_ accept: String?) -> Bool {
        accept?.utf8.starts(with: "text/html, image/gif, image/jpeg, *".utf8) ?? false
    }

    /// Whether a word of `User-Agent` is `Java/` with a version. `HttpURLConnection` puts it behind what the system property
    /// `http.agent` holds.
    private static func isAgentOfJava(_ agent: String?) -> Bool {
        guard let utf8 = agent?.utf8 else { return false }
        let bytes = utf8.span
        var words = ListElements(of: 0..<bytes.count, separatedBy: UInt8(ascii: " "), limit: bytes.count)
        while let word = words.next(in: bytes) {
            if bytes.extracting(word.prefix(5)).isText("Java/") { return true }
        }
        return false
    }
}

/// The field `Accept` (RFC 9110 §12.5.1). A client prefers a page only where it gives `text/html` a higher weight than
/// JSON. A client that accepts anything gets JSON.
enum AcceptField {
    enum Preference {
        case document
        /// A page, and a document if there is none.
        case page
        /// A page and no document.
        case onlyPage
    }

    /// What is read of it. Browsers send less than 200 bytes with eight media ranges.
    private static let (bytes, ranges) = (4_096, 64)

    static func preference(in accept: String?) -> Preference {
        // Most clients are programs that send nothing or `*/*`.
        guard let accept, !accept.utf8.elementsEqual("*/*".utf8) else { return .document }
        let utf8 = accept.utf8
        let bytes = utf8.span
        var page = (specificity: -1, weight: 0)
        var document = page
        var elements = ListElements(
            of: 0..<min(bytes.count, Self.bytes), separatedBy: UInt8(ascii: ","), limit: Self.ranges)
        while let element = elements.next(in: bytes) {
            let range = MediaRange(element, in: bytes)
            if range.covers("text", "html", in: bytes), range.specificity > page.specificity {
                page = (range.specificity, range.weight)
            }
            if range.covers("application", "json", in: bytes), range.specificity > document.specificity {
                document = (range.specificity, range.weight)
            }
        }
        guard page.weight > document.weight else { return .document }
        return document.weight > 0 ? .page : .onlyPage
    }
}

/// One element of an `Accept` field.
private struct MediaRange {
    /// Parameters that are read, of which `q` is the only one that counts.
    private static let parameters = 8

    private let type: Range<Int>
    private let subtype: Range<Int>
    private let isAnyType: Bool
    private let isAnySubtype: Bool
    /// The `q` parameter in thousandths, from 0 to 1,000; what is no number counts as 1,000.
    let weight: Int

    init(_ element: Range<Int>, in bytes: Span<UInt8>) {
        let (name, parameters) = bytes.divided(element, at: UInt8(ascii: ";"))
        let (type, subtype) = bytes.divided(bytes.withoutBlanks(name), at: UInt8(ascii: "/"))
        self.type = type
        self.subtype = subtype ?? type.upperBound..<type.upperBound
        isAnyType = bytes.isOnly(UInt8(ascii: "*"), at: type)
        isAnySubtype = bytes.isOnly(UInt8(ascii: "*"), at: self.subtype)
        weight = parameters.flatMap { Self.weight(in: $0, of: bytes) } ?? 1_000
    }

    private static func weight(in parameters: Range<Int>, of bytes: Span<UInt8>) -> Int? {
        var list = ListElements(of: parameters, separatedBy: UInt8(ascii: ";"), limit: Self.parameters)
        while let next = list.next(in: bytes) {
            let parameter = bytes.withoutBlanks(next)
            let start = parameter.lowerBound
            guard parameter.count >= 2, bytes[start].lowercased == UInt8(ascii: "q"),
                bytes[start + 1] == UInt8(ascii: "=")
            else { continue }
            return thousandths(in: parameter.dropFirst(2), of: bytes)
        }
        return nil
    }

    /// `qvalue` (§12.4.2), also without the 0 before its point, as Java writes it. A fourth digit does not count.
    private static func thousandths(in number: Range<Int>, of bytes: Span<UInt8>) -> Int? {
        var (value, unit, hasDigit, hasPoint) = (0, 1_000, false, false)
        for place in number {
            if bytes[place] == UInt8(ascii: "."), !hasPoint {
                (hasPoint, unit) = (true, 100)
            } else if bytes[place].isDigit {
                value = min(value + unit * Int(bytes[place] - UInt8(ascii: "0")), 1_000)
                hasDigit = true
                if hasPoint { unit /= 10 }
            } else {
                return nil
            }
        }
        return hasDigit ? value : nil
    }

    var specificity: Int { (isAnyType ? 0 : 1) + (isAnySubtype ? 0 : 1) }

    func covers(_ type: String, _ subtype: String, in bytes: Span<UInt8>) -> Bool {
        (isAnyType || bytes.isWord(type, at: self.type)) && (isAnySubtype || bytes.isWord(subtype, at: self.subtype))
    }
}
