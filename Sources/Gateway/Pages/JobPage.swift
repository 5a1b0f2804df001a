import Formats
import Transcribe

/// The copy of a job that a page shows. What it tells depends on the second, so each reply makes its own page.
struct JobCopy {
    let job: Job
    let name: JobName
    /// The members that may be seen.
    let fields: JobFields
    /// When the page is made.
    let now: Timestamp
    /// When Amazon Transcribe was asked.
    let asOf: Timestamp
    /// Why the copy is out of date; nil if it is not.
    let staleness: Staleness?
    /// Seconds until Amazon Transcribe is asked again.
    let nextLook: Int
    /// Of a running job the tag of its whole representation, against which the script holds each event.
    let tag: EntityTag?

    enum Staleness {
        /// The job is being asked for.
        case refreshing
        case failing
        case budgetUsedUp
        case overloaded
    }

    /// Whether the page has something new to show before long.
    fileprivate var isFollowed: Bool { !job.isFinished || staleness != nil }

    /// Whether a member has a value that may be seen.
    fileprivate func shows(_ field: JobField) -> Bool { fields.contains(JobFields(field)) }

    /// The member if it may be seen.
    fileprivate func shown<Value>(_ field: JobField, _ value: Value?) -> Value? { shows(field) ? value : nil }

    fileprivate var status: JobStatus? { shown(.status, job.status) }
    fileprivate var path: String { "/jobs/\(name.text)" }
}

extension Page {
    /// A job for people: how far it is and since when, what to do if it failed, where its transcript lies, what it was made
    /// of, and at the end what Amazon Transcribe says in its own words.
    init(_ copy: JobCopy) {
        let sections = [
            copy.staleness.map(Self.banner), copy.status.map(Self.badge), Self.asOf(copy), Self.failure(copy),
            Self.transcript(copy), Self.timeline(copy), Self.about(copy), Self.original(copy), Self.links(copy),
        ]
        self.init(title: copy.name.text, content: sections.compactMap { $0 })
        tab = (copy.status.map { "\($0.mark) " } ?? "") + copy.name.text
        state = [("data-now", copy.now.inSeconds), ("data-job", copy.name.text), ("data-look", copy.path)]
        if let tag = copy.tag { state.append(("data-tag", tag.text)) }
        if copy.isFollowed {
            state.append(("data-next", String(copy.nextLook)))
            reload = copy.nextLook + 1
        }
    }

    private static func banner(_ staleness: JobCopy.Staleness) -> HTML {
        .element("p", ["id": "stale", "class": "banner"], .text(staleness.words))
    }

    private static func badge(_ status: JobStatus) -> HTML {
        .element(
            "p", ["id": "status"],
            .element(
                "span", ["class": "status \(status.mood)"],
                .element("span", ["aria-hidden": "true"], .text(status.mark)), .text(" \(status.words)")))
    }

    /// When this was so, and of a copy that is followed when it is looked at again.
    private static func asOf(_ copy: JobCopy) -> HTML {
        let time = HTML.element("time", ["datetime": copy.asOf.inSeconds], .text("\(copy.asOf.timeOfDay) UTC"))
        let age: [HTML] = [.text("As of "), time, .text(" ("), .ago(copy.asOf, at: copy.now), .text(").")]
        let next: [HTML] = [
            .text(" Amazon Transcribe is asked again "), .due(in: copy.nextLook),
            .text(", and this page shows by itself what has changed."),
        ]
        return .element("p", with: [("id", "as-of"), ("class", "note")], age + (copy.isFollowed ? next : []))
    }

    /// Why the job failed and what to do, in plain words where there are some, and what AWS says of it.
    private static func failure(_ copy: JobCopy) -> HTML? {
        guard copy.status == .failed, copy.shows(.failureReason) else { return nil }
        let reason = copy.job.failureReason
        let words = reason.flatMap(FailureWords.init) ?? .unknown
        let original: [HTML] =
            reason.map { [.text("Amazon Transcribe says: "), .element("q", [:], .text($0))] }
            ?? [.text("Amazon Transcribe does not say why.")]
        return .element(
            "section", ["id": "failure", "class": "card bad"],
            .heading(words.what), .paragraph(words.advice), .element("p", [:], original))
    }

    private static func transcript(_ copy: JobCopy) -> HTML? {
        guard let uri = copy.shown(.transcriptUri, copy.job.transcriptURI) else { return nil }
        let copying = HTML.element(
            "button", ["type": "button", "data-copy": "transcript-address", "hidden": ""], .text(Script.copyLabel))
        return .element(
            "section", ["id": "transcript", "class": "card"],
            .heading("Transcript"), .element("p", [:], .element("code", ["id": "transcript-address"], address(uri))),
            .element("p", [:], copying),
            .note(
                """
                It lies in Amazon S3, which asks for AWS access: this address alone does not open it. If it says \
                AccessDenied, ask for the access, or for the text, where the job was started.
                """))
    }

    /// A link if the scheme is https; any other URI stays text.
    private static func address(_ uri: String) -> HTML {
        guard uri.utf8.starts(with: "https://".utf8) else { return .text(uri) }
        return .element("a", ["href": uri, "rel": "noreferrer noopener"], .text(uri))
    }

    private static func links(_ copy: JobCopy) -> HTML {
        .element(
            "p", ["id": "links", "class": "note"],
            .text("For programs: "), .link("\(copy.path)?format=json", "this job as JSON"), .text(", "),
            .link("\(copy.path)?view=full&format=json", "with all its members"), .text("."))
    }
}

// When it happened, and what it was made of.
extension Page {
    private static func timeline(_ copy: JobCopy) -> HTML? {
        let created = copy.shown(.createdAt, copy.job.createdAt)
        let started = copy.shown(.startedAt, copy.job.startedAt)
        let ended = copy.shown(.completedAt, copy.job.completedAt)
        let queued = span("after ", from: created, to: started, " in the queue")
        let ran = span("after ", from: started, to: ended, "")
        var steps = [
            created.map { step("Created", [.time($0)]) }, started.map { step("Started", [.time($0)] + queued) },
            ended.map { step(copy.status == .failed ? "Failed" : "Ended", [.time($0)] + ran) },
        ].compactMap { $0 }
        if ended == nil, !copy.job.isFinished, copy.status != nil, let since = started ?? created {
            let name = started == nil ? "Waiting" : "Running"
            steps.append(step(name, [.text("for "), .lasting(since: since, at: copy.now)], isLast: true))
        }
        return steps.isEmpty ? nil : .element("ol", with: [("id", "timeline"), ("class", "timeline")], steps)
    }

    private static func step(_ name: String, _ content: [HTML], isLast: Bool = false) -> HTML {
        .element(
            "li", with: isLast ? [("class", "busy")] : [], [.element("strong", [:], .text(name)), .text(" ")] + content)
    }

    private static func span(
        _ before: String, from start: Timestamp?, to end: Timestamp?, _ after: String
    ) -> [HTML] {
        guard let start, let end else { return [] }
        let text = before + HTML.span(end.seconds(since: start)) + after
        return [.text(" "), .element("span", ["class": "took"], .text(text))]
    }

    private static func about(_ copy: JobCopy) -> HTML? {
        let job = copy.job
        let rows = [
            ("Kind", copy.shown(.type, job.type).map(\.words)),
            ("Specialty", copy.shown(.specialty, job.specialty).map(\.words)),
            ("Language", copy.shown(.languageCode, job.languageCode).map(\.words)),
            ("Speakers and channels", copy.shown(.settings, job.settings).flatMap(\.words)),
            ("Vocabulary", copy.shown(.settings, job.settings?.vocabularyName)),
            ("Marked", copy.shown(.contentIdentificationType, job.contentIdentificationType).map(\.words)),
            ("Sound", sound(copy)), ("Recording", copy.shown(.mediaUri, job.mediaURI)),
            ("Redacted recording", copy.shown(.redactedMediaUri, job.redactedMediaURI)),
            ("Tags", copy.shown(.tags, job.tags)?.map { "\($0.key): \($0.value)" }.joined(separator: ", ")),
        ].compactMap { name, value in value.map { (name, HTML.text($0)) } }
        return rows.isEmpty ? nil : .element("section", ["id": "about"], .heading("About this job"), .list(rows))
    }

    private static func sound(_ copy: JobCopy) -> String? {
        let parts = [
            copy.shown(.mediaFormat, copy.job.mediaFormat)?.rawValue,
            copy.shown(.mediaSampleRateHertz, copy.job.mediaSampleRateHertz).map { "\($0) Hz" },
        ].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// The members that are put into other words, under the names and in the words of AWS.
    private static func original(_ copy: JobCopy) -> HTML {
        let job = copy.job
        func time(_ field: JobField, _ time: Timestamp?) -> String? { copy.shown(field, time)?.rfc3339 }
        let rows = [
            ("TranscriptionJobStatus", copy.status?.rawValue), ("CreationTime", time(.createdAt, job.createdAt)),
            ("StartTime", time(.startedAt, job.startedAt)), ("CompletionTime", time(.completedAt, job.completedAt)),
            ("FailureReason", copy.shown(.failureReason, job.failureReason)),
            ("LanguageCode", copy.shown(.languageCode, job.languageCode)?.rawValue),
            ("Specialty", copy.shown(.specialty, job.specialty)?.rawValue),
            ("Type", copy.shown(.type, job.type)?.rawValue),
            ("Settings", copy.shown(.settings, job.settings)?.original),
            (
                "ContentIdentificationType",
                copy.shown(.contentIdentificationType, job.contentIdentificationType)?.rawValue
            ),
        ].compactMap { name, value in value.map { (name, HTML.text($0)) } }
        return .element("div", ["id": "original"], .details("As Amazon Transcribe says it", .list(rows)))
    }
}
