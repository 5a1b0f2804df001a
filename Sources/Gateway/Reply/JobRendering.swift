import Crypto
import Formats
package import HTTPExchange
import HTTPTypes
import Telemetry
package import Transcribe

/// One representation of a job: its bytes and their entity tag.
package struct JobRendering: Sendable {
    package let body: Body
    let tag: EntityTag

    package init(_ job: Job, fields: JobFields) {
        var text = TextBuffer()
        text.append(job, fields)
        body = Body(text.bytes.fitted)
        tag = EntityTag(of: text.bytes)
    }
}

extension [UInt8] {
    /// A copy without the unused capacity that an array has after it grew, because it is cached.
    fileprivate var fitted: [UInt8] {
        var copy: [UInt8] = []
        copy.reserveCapacity(count)
        copy.append(contentsOf: self)
        return copy
    }
}

extension TextBuffer {
    /// The members that are wanted and known, in the order of the schema, so that equal jobs give equal bytes.
    fileprivate mutating func append(_ job: Job, _ fields: JobFields) {
        openObject()
        for field in JobField.allCases where fields.contains(JobFields(field)) { append(field, of: job) }
        closeObject()
    }

    private mutating func append(_ field: JobField, of job: Job) {
        switch field {
        case .name: member(field.rawValue, job.name)
        case .status: member(field.rawValue, job.status?.rawValue)
        case .done: member(field.rawValue, job.isFinished)
        case .createdAt: member(field.rawValue, job.createdAt?.rfc3339)
        case .startedAt: member(field.rawValue, job.startedAt?.rfc3339)
        case .completedAt: member(field.rawValue, job.completedAt?.rfc3339)
        case .transcriptUri: member(field.rawValue, job.transcriptURI)
        case .failureReason: member(field.rawValue, job.failureReason)
        case .languageCode: member(field.rawValue, job.languageCode?.rawValue)
        case .mediaFormat: member(field.rawValue, job.mediaFormat?.rawValue)
        case .mediaSampleRateHertz: member(field.rawValue, job.mediaSampleRateHertz)
        case .mediaUri: member(field.rawValue, job.mediaURI)
        case .redactedMediaUri: member(field.rawValue, job.redactedMediaURI)
        case .settings: member(field.rawValue, job.settings)
        case .specialty: member(field.rawValue, job.specialty?.rawValue)
        case .type: member(field.rawValue, job.type?.rawValue)
        case .contentIdentificationType: member(field.rawValue, job.contentIdentificationType?.rawValue)
        case .tags: member(field.rawValue, job.tags)
        }
    }

    private mutating func member(_ name: String, _ settings: Job.Settings?) {
        guard let settings else { return }
        key(name)
        openObject()
        member("channelIdentification", settings.channelIdentification)
        member("maxAlternatives", settings.maxAlternatives)
        member("maxSpeakerLabels", settings.maxSpeakerLabels)
        member("showAlternatives", settings.showAlternatives)
        member("showSpeakerLabels", settings.showSpeakerLabels)
        member("vocabularyName", settings.vocabularyName)
        closeObject()
    }

    private mutating func member(_ name: String, _ tags: [Job.Tag]?) {
        guard let tags else { return }
        key(name)
        openObject()
        for tag in tags { member(tag.key, tag.value) }
        closeObject()
    }
}

/// A strong validator (RFC 9110 §8.8.3): 96 bits of the SHA-256 of the bytes, so that equal representations have equal ones
/// on every replica and after a restart. In numbers, because each cached job keeps one.
struct EntityTag: Sendable, Equatable {
    private let high: UInt64
    private let low: UInt32

    init(of bytes: [UInt8]) {
        let digest = SHA256.hash(data: bytes).prefix(12)
        high = digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = digest.dropFirst(8).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// With its quotation marks.
    var text: String {
        String(upTo: 26) { text in
            text.append(UInt8(ascii: "\""))
            text.append(hexadecimal: high)
            text.append(hexadecimal: low)
            text.append(UInt8(ascii: "\""))
        }
    }

    /// Whether these are the digits between its quotation marks.
    func isSpelled(_ digits: Span<UInt8>) -> Bool {
        guard digits.count == 24 else { return false }
        for index in 0..<16 where digits[index] != Self.digit(high >> (60 - 4 * UInt64(index))) { return false }
        for index in 0..<8 where digits[16 + index] != Self.digit(UInt64(low) >> (28 - 4 * UInt64(index))) {
            return false
        }
        return true
    }

    private static func digit(_ number: UInt64) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: number & 0xF)
        return value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
    }

    func append(to fields: inout FieldBlock) {
        fields.append(starting: .eTag) { value in
            value.write(hexadecimal: high)
            value.write(hexadecimal: low)
            value.write("\"")
        }
    }
}

extension FieldStart {
    fileprivate static let eTag = FieldStart(HTTPField.Name.eTag, "\"")
}
