import Crypto
import HTTPExchange
import SigV4
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
                {"name":"a","status":"COMPLETED","createdAt":"2026-11-24T06:08:45.188Z",\
                "transcriptUri":"https://s3.example/a.json","failureReason":"a \\"quoted\\"\\nreason",\
                "languageCode":"en-US","mediaSampleRateHertz":44100,\
                "settings":{"channelIdentification":false,"maxSpeakerLabels":2},"tags":{"a":"1","b":""}}
                """)
    }

    @Test func rendersEachSelectionOnceUpToItsBound() {
        let job = CachedJob(.finished("a"), fields: .standard, label: "x")
        #expect(job.rendering(of: .standard) === job.rendering(of: .standard))
        for field in JobField.allCases { _ = job.rendering(of: JobFields(field)) }
        #expect(job.rendering(of: JobFields(.tags)) !== job.rendering(of: JobFields(.tags)))
        #expect(job.rendering(of: JobFields(.tags)).eTag == job.rendering(of: JobFields(.tags)).eTag)
    }

    @Test func hashesNamesUnderTheKey() throws {
        let name = try JobName("visit-42")
        let first = NameHash(key: .init(data: Array("0123456789abcdef".utf8)))
        #expect(first.text(for: name) == first.text(for: name))
        #expect(first.text(for: name).count == 16)
        #expect(first.text(for: name) != NameHash().text(for: name))
        #expect(NameHash(showsNames: true).text(for: name) == "visit-42")
    }
}
