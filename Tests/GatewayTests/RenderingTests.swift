import Crypto
import Formats
import HTTPExchange
import HTTPTypes
import Testing
import Transcribe

@testable import Gateway

@Suite struct RenderingTests {
    @Test func writesEveryMemberInTheOrderOfTheSchema() {
        var job = Job.finished("a")
        job.createdAt = Timestamp(millisecondsSinceEpoch: 1_795_500_525_188)
        job.failureReason = "a \"quoted\"\nreason"
        job.languageCode = .init(rawValue: "en-US")
        job.mediaSampleRateHertz = 44_100
        job.settings = .init()
        job.settings?.channelIdentification = false
        job.settings?.maxSpeakerLabels = 2
        job.tags = [.init(key: "a", value: "1"), .init(key: "b", value: "")]
        let text = String(decoding: JobRendering(job, fields: .full).body.bytes, as: UTF8.self)
        #expect(
            text == """
                {"name":"a","status":"COMPLETED","done":true,"createdAt":"2026-11-24T06:08:45.188Z",\
                "transcriptUri":"https://s3.example/a.json","failureReason":"a \\"quoted\\"\\nreason",\
                "languageCode":"en-US","mediaSampleRateHertz":44100,\
                "settings":{"channelIdentification":false,"maxSpeakerLabels":2},"tags":{"a":"1","b":""}}
                """)
    }

    @Test func rendersEachSelectionOnceUpToItsBound() throws {
        let job = CachedJob(.finished("a"), named: try JobName("a"), fields: .standard, nameHash: 1)
        func rendering(of fields: JobFields) -> JobRendering { job.rendering(of: fields, whole: .full) {} }
        #expect(rendering(of: .standard).body === rendering(of: .standard).body)
        for field in JobField.allCases { _ = rendering(of: JobFields(field)) }
        #expect(rendering(of: .full).body === rendering(of: .full).body)
        #expect(rendering(of: JobFields(.name)).body === rendering(of: JobFields(.name)).body)
        #expect(rendering(of: JobFields(.tags)).body !== rendering(of: JobFields(.tags)).body)
        #expect(rendering(of: JobFields(.tags)).tag == rendering(of: JobFields(.tags)).tag)
    }

    @Test func costsMoreWithEachRepresentationThatItKeeps() throws {
        let name = try JobName("a")
        let job = CachedJob(.finished("a"), named: name, fields: .standard, nameHash: 1)
        var costs = [job.cost]
        _ = job.rendering(of: .full, whole: .full) { costs.append(job.cost) }
        _ = job.rendering(of: .full, whole: .full) { costs.append(0) }
        #expect(costs.count == 2 && costs[0] < costs[1])
    }

    @Test func saysItsTagTheSameInTextAndInAField() {
        let tag = EntityTag(of: Array("{}".utf8))
        var fields = FieldBlock()
        tag.append(to: &fields)
        #expect(fields[.eTag] == tag.text)
        #expect(tag.text == "\"44136fa355b3678a1146ad16\"")
        let digits = Array("44136fa355b3678a1146ad16".utf8)
        let isSpelled = { (bytes: [UInt8]) in tag.isSpelled(bytes.span) }
        #expect(isSpelled(digits))
        for index in digits.indices {
            var other = digits
            other[index] ^= 1
            #expect(!isSpelled(other))
        }
    }

    @Test func hashesNamesUnderTheKey() throws {
        let name = try JobName("visit-42")
        let first = NameHash(key: .init(data: Array("0123456789abcdef".utf8)))
        #expect(first.hash(of: name) == first.hash(of: name))
        #expect(first.hash(of: name) != NameHash().hash(of: name))
        #expect(first.label(for: name).utf8.count == 16)
        #expect(first.label(for: name) == String(hexadecimal: first.hash(of: name)))
        #expect(NameHash(showsNames: true).label(for: name) == "visit-42")
    }
}
