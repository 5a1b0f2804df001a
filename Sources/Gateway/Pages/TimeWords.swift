import Formats

// Times for people. The script writes them in the same words while the page stands.

extension HTML {
    /// A time in UTC. The script writes the reader's own time and how long ago it was beside it.
    static func time(_ time: Timestamp) -> HTML {
        let moment = time.inSeconds
        return .element(
            "span", ["class": "time"],
            .element("time", ["datetime": moment], .text(time.dateAndTime)),
            .element("span", ["class": "note", "data-local": moment]))
    }

    /// How long ago a time was, which the script goes on telling.
    static func ago(_ time: Timestamp, at now: Timestamp) -> HTML {
        .element("span", ["data-ago": time.inSeconds], .text(ago(now.seconds(since: time))))
    }

    /// How long something has lasted, which the script goes on telling.
    static func lasting(since start: Timestamp, at now: Timestamp) -> HTML {
        .element("span", ["data-since": start.inSeconds], .text(span(now.seconds(since: start))))
    }

    /// When the page looks again, which the script counts down.
    static func due(in seconds: Int) -> HTML { .element("span", ["data-due": ""], .text("in \(span(seconds))")) }

    /// A length of time: its two largest units.
    static func span(_ seconds: Int) -> String {
        switch max(0, seconds) {
        case let s where s < 60: "\(s) s"
        case let s where s < 3_600: "\(s / 60) min \(s % 60) s"
        case let s where s < 86_400: "\(s / 3_600) h \(s % 3_600 / 60) min"
        case let s: "\(s / 86_400) d \(s % 86_400 / 3_600) h"
        }
    }

    private static func ago(_ seconds: Int) -> String {
        let units = [("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)]
        guard let (unit, length) = units.first(where: { seconds >= $0.1 }) else { return "just now" }
        let count = seconds / length
        return "\(count) \(unit)\(count == 1 ? "" : "s") ago"
    }
}

extension Timestamp {
    /// Whole seconds from `start` to this time, rounded down, and none if this time comes first.
    func seconds(since start: Timestamp) -> Int { Int(max(0, milliseconds(since: start)) / 1_000) }

    /// RFC 3339 without milliseconds.
    var inSeconds: String { "\(day)T\(timeOfDay)Z" }

    fileprivate var dateAndTime: String { "\(day) \(timeOfDay) UTC" }

    /// To the second, without its date.
    var timeOfDay: String { String(decoding: rfc3339.utf8.dropFirst(11).prefix(8), as: UTF8.self) }

    private var day: String { String(decoding: rfc3339.utf8.prefix(10), as: UTF8.self) }
}
