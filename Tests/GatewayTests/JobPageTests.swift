import Formats
import Foundation
import HTTPExchange
import HTTPTypes
import TestSupport
import Testing
import Transcribe

@testable import Gateway

@Suite struct JobPageTests {
    private static let browser = [(HTTPField.Name.accept, "text/html,application/xhtml+xml,*/*;q=0.8")]
    private static let policy = """
        default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; \
        base-uri 'none'; frame-ancestors 'none'
        """

    private func page(of job: Job, _ adjust: (inout GatewayOptions) -> Void = { _ in }) async throws -> Reply {
        var reply: Reply?
        try await TestBench(adjust).run { bench in
            bench.source.put("a", job)
            reply = await bench.get("/jobs/a", Self.browser)
        }
        return try #require(reply)
    }

    @Test func isSafeToShow() async throws {
        var job = Job.finished("a")
        job.failureReason = "<script>"
        job.mediaURI = "s3://b/\"><script>"
        let page = try await page(of: job)
        #expect(page.status == .ok)
        #expect(page.field("Content-Type") == "text/html; charset=utf-8")
        #expect(page.field("Cache-Control") == "no-store")
        #expect(page.field("Content-Security-Policy") == Self.policy)
        #expect(page.field("X-Frame-Options") == "DENY")
        #expect(page.field("ETag") == nil)
        #expect(page.text.contains("&lt;script&gt;"))
        // Its own script and no other.
        #expect(page.text.components(separatedBy: "<script").count == 2)
        #expect(page.text.contains("<script src=\"/page.js\" defer=\"\"></script>"))
    }

    @Test(arguments: [
        ("QUEUED", "…", "Waiting to start", "busy"), ("IN_PROGRESS", "…", "Running", "busy"),
        ("COMPLETED", "✓", "Completed", "good"), ("FAILED", "✗", "Failed", "bad"), ("PAUSED", "…", "PAUSED", "busy"),
    ])
    func saysTheStatusInWordsAndInTheTitle(status: String, mark: String, words: String, mood: String) async throws {
        var job = Job.running("a")
        job.status = JobStatus(rawValue: status)
        let page = try await page(of: job).text
        #expect(page.contains("<title>\(mark) a · Transcription jobs</title>"))
        #expect(page.contains("<h1>a</h1>"))
        #expect(
            page.contains("<span class=\"status \(mood)\"><span aria-hidden=\"true\">\(mark)</span> \(words)</span>"))
        #expect(page.contains("<dt>TranscriptionJobStatus</dt><dd>\(status)</dd>"))
    }

    /// Each reply tells the age of the copy at its own second.
    @Test func tellsHowOldTheCopyIs() async throws {
        let bench = TestBench()
        try await bench.run { bench in
            bench.clock.advance(by: .seconds(1_000))
            bench.source.put("a", .finished("a"))
            for (age, words) in [(0, "just now"), (1, "1 second ago"), (12, "12 seconds ago"), (130, "2 minutes ago")] {
                let page = await bench.get("/jobs/a", Self.browser).text
                #expect(page.contains("<time datetime=\"1970-01-01T00:16:40Z\">00:16:40 UTC</time>"))
                #expect(page.contains("<span data-ago=\"1970-01-01T00:16:40Z\">\(words)</span>"))
                #expect(!page.contains("id=\"stale\""))
                bench.clock.advance(by: .seconds(age == 0 ? 1 : age == 1 ? 11 : 118))
            }
        }
    }

    @Test func tellsWhyTheCopyIsOld() async throws {
        try await TestBench { $0.waiters = 100 }.run { bench in
            bench.source.put("a", .finished("a"))
            _ = await bench.get("/jobs/a", Self.browser)
            bench.clock.advance(by: .seconds(601))
            bench.source.fail("a", .upstreamFailed(ResponseOrigin(status: 503)))
            bench.source.closeGate()
            let refreshing = await bench.get("/jobs/a", Self.browser)
            #expect(refreshing.text.contains("Amazon Transcribe is being asked for a new one."))
            #expect(refreshing.reloadInterval == 2)
            bench.source.openGate()
            #expect(await eventually { bench.gateway.fetcher.fetchesInFlight == 0 })
            let failing = await bench.get("/jobs/a", Self.browser)
            #expect(failing.text.contains("Amazon Transcribe gives none at the moment."))
            #expect(failing.text.contains("(10 minutes ago)") == false)
            #expect(failing.text.contains(">10 minutes ago</span>"))
        }
    }

    @Test(
        arguments: [
            (CacheStatus.cache(.budgetUsedUp), -1, JobCopy.Staleness.budgetUsedUp),
            (.cache(.overloaded), -1, .overloaded),
            (.cache(.staleIfError), -1, .failing), (.fallback(.stale, status: 503), -1, .failing),
            (.cache(), -1, .refreshing),
            (.cache(), 1, nil), (.upstream(.miss, isCollapsed: false, isStored: true), -1, nil),
            // A client demanded a fresher copy than the fresh one.
            (.cache(.staleIfError), 1, .failing),
        ] as [(CacheStatus, Int, JobCopy.Staleness?)])
    func tellsWhyFromWhatTheReplyIsMadeOf(status: CacheStatus, left: Int, staleness: JobCopy.Staleness?) {
        #expect(status.staleness(isFresh: left > 0) == staleness)
    }

    /// With script by the events, which are held against the tag; without script by itself. A browser obeys `Refresh` in
    /// both cases.
    @Test(arguments: [JobFields.full, [.init(.name), .init(.status)]])
    func letsThePageOfARunningJobFollowIt(fields: JobFields) async throws {
        try await TestBench { $0.fields = fields }.run { bench in
            var job = Job.running("a")
            job.mediaURI = "s3://recordings/a.wav"
            bench.source.put("a", job)
            let page = await bench.get("/jobs/a", Self.browser)
            #expect(page.field("Refresh") == nil)
            #expect(page.reloadInterval == 6)
            #expect(page.text.contains("<span data-due=\"\">in 5 s</span>"))
            let tag = try #require(await bench.get("/jobs/a?view=full").field("ETag"))
            #expect(page.text.contains(" data-tag=\"\(tag.replacing("\"", with: "&quot;"))\""))
            bench.source.put("b", .finished("b"))
            let finished = await bench.get("/jobs/b", Self.browser)
            #expect(!finished.text.contains("data-tag") && !finished.text.contains("data-next"))
            #expect(finished.reloadInterval == nil)
        }
    }

    @Test(arguments: [(100, 2), (1_000, 2), (5_000, 6), (5_001, 7)])
    func reloadsThePageASecondAfterTheJobCanHaveChanged(running: Int, interval: Int) async throws {
        let page = try await page(of: .running("a")) { $0.freshness.running = .milliseconds(running) }
        #expect(page.reloadInterval == interval)
    }

    /// A page that comes from the cache is not loaded again later than one that does not.
    @Test func reloadsSoonerWhereTheCopyIsOlder() async throws {
        try await TestBench().run { bench in
            bench.source.put("a", .running("a"))
            _ = await bench.get("/jobs/a")
            bench.clock.advance(by: .seconds(3))
            #expect(await bench.get("/jobs/a", Self.browser).reloadInterval == 3)
        }
    }

    @Test func linksToWebPagesOnly() async throws {
        for uri in ["javascript:alert(1)", "s3://bucket/key", "http://example.com/"] {
            var job = Job.finished("a")
            job.transcriptURI = uri
            let page = try await page(of: job).text
            #expect(!page.contains("href=\"\(uri)") && page.contains("<code id=\"transcript-address\">\(uri)</code>"))
        }
        let page = try await page(of: .finished("a")).text
        #expect(page.contains("<a href=\"https://s3.example/a.json\" rel=\"noreferrer noopener\">"))
        // Without script it could not copy.
        #expect(page.contains("data-copy=\"transcript-address\" hidden=\"\""))
    }

    @Test func hidesWhatTheOperatorHides() async throws {
        var job = Job.finished("a")
        job.specialty = Job.Specialty(rawValue: "PRIMARYCARE")
        job.failureReason = "Unsupported media format"
        let named = try await page(of: job) { $0.fields = .init([.name, .status]) }.text
        #expect(!named.contains("s3.example") && !named.contains("primary care") && named.contains("Completed"))
        job.status = .failed
        let bare = try await page(of: job) { $0.fields = .init(.name) }.text
        #expect(!bare.contains("Failed") && !bare.contains("FAILED") && !bare.contains("Unsupported"))
        #expect(bare.contains("<title>a · "))
    }

    @Test func tellsTheTimesAndHowLongEachStepTook() async throws {
        var job = Job.finished("a")
        job.createdAt = Timestamp(rfc3339: "1970-01-01T00:00:00.999Z")
        job.startedAt = Timestamp(rfc3339: "1970-01-01T00:00:20.999Z")
        job.completedAt = Timestamp(rfc3339: "1970-01-01T01:03:31Z")
        let page = try await page(of: job).text
        for (name, time, took) in [
            ("Created", "00:00:00", nil), ("Started", "00:00:20", "after 20 s in the queue"),
            ("Ended", "01:03:31", "after 1 h 3 min"),
        ] {
            let moment = "1970-01-01T\(time)Z"
            #expect(
                page.contains(
                    "<strong>\(name)</strong> <span class=\"time\"><time datetime=\"\(moment)\">1970-01-01 \(time) UTC</time>"
                        + "<span class=\"note\" data-local=\"\(moment)\"></span></span>"
                        + (took.map { " <span class=\"took\">\($0)</span>" } ?? "") + "</li>"), "\(name)")
        }
        #expect(page.contains("<dt>CompletionTime</dt><dd>1970-01-01T01:03:31.000Z</dd>"))
    }

    @Test func tellsHowLongARunningJobHasRun() async throws {
        try await TestBench().run { bench in
            bench.clock.advance(by: .seconds(125))
            var job = Job.running("a")
            job.createdAt = Timestamp(millisecondsSinceEpoch: 0)
            bench.source.put("a", job)
            job.startedAt = Timestamp(millisecondsSinceEpoch: 60_000)
            bench.source.put("b", job)
            for (name, words) in [("a", "Waiting"), ("b", "Running")] {
                let start = name == "a" ? "00:00" : "01:00"
                let lasting = "<span data-since=\"1970-01-01T00:\(start)Z\">\(name == "a" ? 2 : 1) min 5 s</span>"
                #expect(
                    await bench.get("/jobs/\(name)", Self.browser).text
                        .contains("<strong>\(words)</strong> for \(lasting)"))
            }
        }
    }

    /// The reasons of the API Reference.
    @Test(arguments: [
        ("Unsupported media format", "of a kind that cannot be transcribed", "FLAC"),
        (
            "The media format provided does not match the detected media format",
            "of another kind than the job was told", "leave the kind out"
        ),
        ("Invalid sample rate for audio file", "not one that can be transcribed", "16,000 and 48,000 Hz"),
        (
            "The sample rate provided does not match the detected sample rate", "another sample rate",
            "real sample rate"
        ),
        ("Invalid file size: file size too large", "too large", "shorter recordings"),
        ("Invalid number of channels: number of channels too large", "too many channels", "two channels"),
        ("Something new.", "could not be transcribed", "a new one is needed"),
    ])
    func explainsWhyAJobFailed(reason: String, what: String, advice: String) async throws {
        var job = Job.running("a")
        (job.status, job.failureReason, job.createdAt) = (.failed, reason, Timestamp(millisecondsSinceEpoch: 0))
        let page = try await page(of: job).text
        let card = try #require(page.firstRange(of: "<section id=\"failure\""))
        let rest = page[card.lowerBound...]
        let section = rest[..<(try #require(rest.firstRange(of: "</section>")).lowerBound)]
        #expect(section.contains(what) && section.contains(advice) && section.contains("<q>\(reason)</q>"))
        // It comes before everything that matters less.
        let timeline = try #require(page.firstRange(of: "id=\"timeline\""))
        #expect(card.lowerBound < timeline.lowerBound)
        #expect(page.contains("<dt>FailureReason</dt><dd>\(reason)</dd>"))
    }

    @Test func saysWhereAWSGivesNoReason() async throws {
        var job = Job.running("a")
        job.status = .failed
        let page = try await page(of: job).text
        #expect(page.contains("<p>Amazon Transcribe does not say why.</p>") && page.contains("a new one is needed"))
    }

    @Test func saysAWSsWordsInPlainOnesAndKeepsTheOriginal() async throws {
        var job = Job.finished("a")
        job.languageCode = Job.LanguageCode(rawValue: "en-US")
        job.specialty = Job.Specialty(rawValue: "PRIMARYCARE")
        job.type = Job.Kind(rawValue: "CONVERSATION")
        job.contentIdentificationType = Job.ContentIdentificationType(rawValue: "PHI")
        var settings = Job.Settings()
        (settings.showSpeakerLabels, settings.maxSpeakerLabels, settings.channelIdentification) = (true, 2, true)
        (settings.showAlternatives, settings.maxAlternatives, settings.vocabularyName) = (true, 3, "drugs")
        job.settings = settings
        let page = try await page(of: job).text
        for (name, words) in [
            ("Language", "US English"), ("Specialty", "primary care"), ("Kind", "conversation"),
            ("Marked", "personal health information"), ("Vocabulary", "drugs"),
            (
                "Speakers and channels",
                "up to 2 speakers told apart, each channel transcribed by itself, up to 3 alternatives"
            ),
            ("LanguageCode", "en-US"), ("Specialty", "PRIMARYCARE"), ("Type", "CONVERSATION"),
            ("ContentIdentificationType", "PHI"),
            (
                "Settings",
                "ShowSpeakerLabels true, MaxSpeakerLabels 2, ChannelIdentification true, ShowAlternatives true, "
                    + "MaxAlternatives 3, VocabularyName drugs"
            ),
        ] {
            #expect(page.contains("<dt>\(name)</dt><dd>\(words)</dd>"), "\(name)")
        }
        // What is not documented passes through.
        job.specialty = Job.Specialty(rawValue: "<CARDIOLOGY>")
        #expect(try await self.page(of: job).text.contains("<dd>&lt;CARDIOLOGY&gt;</dd>"))
    }

    @Test(arguments: ["/", "/jobs/a", "/jobs/unknown", "/problems", "/problems/stopping", "/nothing"])
    func listsWhatWasLookedUpOnlyWhereTheOperatorWantsIt(target: String) async throws {
        for isWanted in [false, true] {
            try await TestBench { $0.listsRecent = isWanted }.run { bench in
                bench.source.put("a", .finished("a"))
                let page = await bench.get(target, Self.browser).text
                #expect(page.contains("id=\"recent\"") == isWanted)
                #expect(page.contains("data-recent=\"off\"") == !isWanted)
                #expect(page.components(separatedBy: "<form action=\"/jobs\"").count == 2)
            }
        }
    }

    /// A file is the same for every setting: its page neither lists nor forgets.
    @Test func aPageThatIsAFileSaysNothingOfWhatWasLookedUp() {
        let page = String(decoding: Page.docs.body.bytes, as: UTF8.self)
        #expect(page.contains("<footer>") && !page.contains("recent"))
    }

    @Test(arguments: [
        ("localhost", "localhost"), ("gateway.example:8080", "gateway.example:8080"), ("[::1]:80", "[::1]:80"),
        ("a-1.example", "a-1.example"), ("a;id", "GATEWAY"), ("a$(id)", "GATEWAY"), ("a&b", "GATEWAY"),
        ("a'b", "GATEWAY"), ("a|b", "GATEWAY"), ("a\u{301}", "GATEWAY"), ("", "GATEWAY"),
    ])
    func showsAShellOnlyAHostThatItTakesAsItStands(host: String, shown: String) {
        let page = String(decoding: Page.home(at: host).body.bytes, as: UTF8.self)
        #expect(page.components(separatedBy: "<span data-origin=\"\">http://\(shown)</span>").count == 4)
    }

    @Test func itsStyleIsSmall() {
        #expect(Style.sheet.bytes.count < 6_000)
    }
}
