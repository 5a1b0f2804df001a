import Caching
import HTTPExchange
import HTTPTypes
import RateLimiting
import TestSupport
import Testing
import Transcribe

@testable import Gateway

/// Options that change while requests come.
@Suite struct OptionsChangeTests {
    private static let few = JobFields([JobField.name, .status, .done])

    private func change(_ bench: TestBench, _ adjust: (inout GatewayOptions) -> Void) {
        var options = bench.gateway.options
        adjust(&options)
        #expect(bench.gateway.change(to: options))
    }

    @Test func membersThatMayBeSeenNoMoreAreNotShown() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .finished("a"))
            let before = await bench.get("/jobs/a")
            #expect(before.text.contains("transcriptUri"))
            let full = await bench.get("/jobs/a?view=full")
            change(bench) { $0.fields = Self.few }
            for target in ["/jobs/a", "/jobs/a?view=full"] {
                let tags = [before, full].compactMap { $0.field("ETag") }.joined(separator: ", ")
                let reply = await bench.get(target, [(.ifNoneMatch, tags)])
                #expect(reply.status == .ok && reply.text == #"{"name":"a","status":"COMPLETED","done":true}"#)
                #expect(reply.field("Cache-Status")?.contains("hit") == true)
            }
            #expect(await bench.get("/jobs/a?fields=transcriptUri").status == .badRequest)
            #expect(!(await bench.get("/jobs/a", [(.accept, "text/html")]).text.contains("a.json")))
            #expect(!(await bench.get("/jobs?name=a,b").text.contains("transcriptUri")))
            change(bench) { $0.fields = .full }
            #expect(await bench.get("/jobs/a").field("ETag") == before.field("ETag"))
        }
    }

    /// The representation that needs no lock is that of the members which are shown now.
    @Test func aJobThatIsTheSameIsRenderedAgainForOtherMembers() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            change(bench) { $0.fields = Self.few }
            bench.clock.advance(by: .seconds(40))
            _ = await bench.get("/jobs/a", [(.cacheControl, "no-cache")])
            let name = try JobName("a")
            let job = try #require(bench.gateway.fetcher.storedJob(named: name, at: Moment(bench.clock.now))?.value.job)
            #expect(job.shows(Self.few))
        }
    }

    @Test(arguments: [true, false]) func aRequestThatWaitsGetsWhatMayStillBeSeen(hasNews: Bool) async throws {
        try await TestBench().run { bench in
            var job = Job.running("a")
            job.failureReason = "secret"
            bench.source.put("a", job)
            let begun = bench.begin("/jobs/a?wait=45")
            #expect(await eventually { bench.gateway.watches.count == 1 })
            change(bench) { $0.fields = Self.few }
            job.status = JobStatus(rawValue: "COMPLETED")
            if hasNews { bench.source.put("a", job) }
            await bench.pass(.seconds(6)) { !hasNews || begun.reply != nil }
            let reply = try #require(hasNews ? begun.reply : begun.expire())
            #expect(reply.status == .ok && reply.text.hasPrefix(#"{"name":"a","status""#))
            #expect(!reply.text.contains("secret"))
        }
    }

    @Test func aRequestWhoseCallIsUnderWayGetsWhatMayStillBeSeen() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .finished("a"))
            bench.source.closeGate()
            let (one, batch) = (bench.begin("/jobs/a"), bench.begin("/jobs?name=a"))
            #expect(await eventually { bench.source.held == 1 })
            change(bench) { $0.fields = Self.few }
            bench.source.openGate()
            for begun in [one, batch] {
                let reply = try #require(await begun.answered())
                #expect(reply.status == .ok && !reply.text.contains("transcriptUri"))
            }
        }
    }

    @Test func aStreamOfMembersThatMayBeSeenNoMoreEnds() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            let wide = try StreamClient(await bench.get("/jobs/a/events"))
            let narrow = try StreamClient(await bench.get("/jobs/a/events?fields=status"))
            #expect(wide.read() != nil && narrow.read() != nil)
            change(bench) { $0.fields = Self.few }
            #expect(wide.wakeUpCount == 1 && wide.read() == "end")
            #expect(narrow.wakeUpCount == 0 && narrow.read(afterSilence: true) == ":\n\n")
            wide.leave()
            narrow.leave()
            #expect(bench.gateway.watches.places.takenCount == 0)
        }
    }

    @Test func aClientThatIsAnsweredNoMoreNeitherWatchesNorWaits() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            let other = try #require(PeerAddress("192.0.2.7"))
            let stream = try StreamClient(await bench.get("/jobs/a/events"))
            let otherStream = try StreamClient(await bench.get("/jobs/a/events", peer: other))
            #expect(stream.read() != nil && otherStream.read() != nil)
            let (wait, otherWait) = (bench.begin("/jobs/a?wait=45"), bench.begin("/jobs/a?wait=45", peer: other))
            #expect(await eventually { bench.gateway.watches.places.takenCount == 4 })
            change(bench) { $0.clients.allowed = [AddressRange("192.0.2.0/24")!] }
            #expect(wait.reply?.status == .forbidden)
            #expect(wait.reply?.text.contains("client-not-allowed") == true)
            #expect(stream.wakeUpCount == 1 && stream.read() == "end")
            stream.leave()
            #expect(bench.gateway.watches.places.takenCount == 2)
            #expect(otherStream.wakeUpCount == 0 && otherStream.read(afterSilence: true) == ":\n\n")
            #expect(otherWait.reply == nil && otherWait.expire()?.status == .ok)
            otherStream.leave()
        }
    }

    @Test(arguments: ["/jobs/a", "/jobs/a?wait=45", "/jobs/a/events", "/jobs?name=a"])
    func aClientThatIsAnsweredNoMoreDoesNotGetWhatACallBrings(target: String) async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            bench.source.closeGate()
            let begun = bench.begin(target)
            #expect(await eventually { bench.source.held == 1 })
            change(bench) { $0.clients.allowed = [] }
            bench.source.openGate()
            #expect(await begun.answered()?.status == .forbidden)
            #expect(bench.gateway.watches.places.takenCount == 0)
        }
    }

    @Test func aClientHasTakenFromItsNewLimitWhatItTookFromTheOldOne() async {
        let bench = TestBench {
            $0.clientLimit = ClientLimitOptions(rate: Rate(1, per: .seconds(1)), burst: 4, isShadow: false)
        }
        func left() async -> String? { await bench.get("/nowhere").field("RateLimit") }
        _ = await left()
        #expect(await left() == "\"client\";r=2;t=2")
        change(bench) {
            $0.clientLimit = ClientLimitOptions(rate: Rate(1, per: .seconds(2)), burst: 8, isShadow: false)
        }
        let reply = await bench.get("/nowhere")
        #expect(reply.field("RateLimit") == "\"client\";r=5;t=6")
        #expect(reply.field("RateLimit-Policy") == "\"client\";q=8;w=16")
        change(bench) { $0.clientLimit = nil }
        #expect(await left() == nil)
        change(bench) {
            $0.clientLimit = ClientLimitOptions(rate: Rate(1, per: .seconds(2)), burst: 2, isShadow: false)
        }
        #expect(await bench.get("/nowhere").status == .tooManyRequests)
    }

    @Test func rulesHoldForRequestsThatComeLater() async throws {
        let bench = TestBench()
        #expect(await bench.get("/", host: "a.example").status == .ok)
        change(bench) { $0.hosts = .only(["b.example"]) }
        #expect(await bench.get("/", host: "a.example").status.code == 421)
        change(bench) { $0.clients.allowed = [] }
        #expect(await bench.get("/", host: "b.example").status == .forbidden)
        change(bench) {
            $0.clients.allowed = nil
            $0.crossOrigin = .any
        }
        let shared = await bench.get("/", [(.origin, "https://app.example")], host: "b.example")
        #expect(shared.field("Access-Control-Allow-Origin") == "*")
    }

    /// What a request began with holds to its end.
    @Test func aRequestKeepsTheFieldsThatItBeganWith() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .finished("a"))
            bench.source.closeGate()
            let begun = bench.begin("/jobs/a")
            #expect(await eventually { bench.source.held == 1 })
            change(bench) {
                $0.caching = .noStore
                $0.clientLimit = nil
            }
            bench.source.openGate()
            let reply = try #require(await begun.answered())
            #expect(reply.field("Cache-Control") == "private, no-cache" && reply.field("RateLimit-Policy") != nil)
            let next = await bench.get("/jobs/a")
            #expect(next.field("Cache-Control") == "no-store" && next.field("RateLimit-Policy") == nil)
        }
    }

    @Test func aNewLifetimeIsThatOfWhatComesLater() async throws {
        try await TestBench().run { bench in
            for name in ["a", "b"] { bench.source.put(name, .finished(name)) }
            _ = await bench.get("/jobs/a")
            change(bench) { $0.freshness.finished = .seconds(20) }
            #expect(await bench.get("/jobs/a").field("Cache-Status") == "transcribe-gateway; hit; ttl=600")
            _ = await bench.get("/jobs/b")
            #expect(await bench.get("/jobs/b").field("Cache-Status") == "transcribe-gateway; hit; ttl=20")
        }
    }

    @Test func fewerMayWatch() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            let first = bench.begin("/jobs/a?wait=45")
            #expect(await eventually { bench.gateway.watches.places.takenCount == 1 })
            change(bench) { $0.watch.perClient = 1 }
            #expect(await bench.get("/jobs/a?wait=45").status == .tooManyRequests)
            change(bench) { $0.watch.longestWait = .seconds(3) }
            let second = bench.begin("/jobs/a?wait=45", peer: PeerAddress(ipv4: 0x0A00_0001))
            #expect(second.deadline == bench.clock.now + .seconds(3) && first.reply == nil)
        }
    }

    @Test func whatIsMadeAtTheStartStays() {
        let bench = TestBench { $0.region = "eu-west-1" }
        change(bench) {
            $0.region = "us-east-1"
            $0.cacheCapacity = 1
        }
        #expect(bench.gateway.options.region == "eu-west-1" && bench.gateway.options.cacheCapacity == 64 << 20)
    }
}
