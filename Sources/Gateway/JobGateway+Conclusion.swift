import Caching
import HTTPExchange
import HTTPTypes
import Transcribe

/// From what was found to the reply, noted in the journal.
extension JobGateway {
    /// A request that ends with a problem.
    func conclude(_ problem: Problem, for visit: Visit, _ name: JobName? = nil, as outcome: Outcome? = nil) -> Reply {
        let reply = problem.reply(to: visit)
        journal.note(
            reply, to: visit, outcome ?? problem.outcome, awsRequestID: problem.awsRequestID,
            label: name.map { journal.label(for: $0) })
        return reply
    }

    /// A look-up that waited.
    func conclude(_ landing: Landing, for lookUp: LookUp, collapsed: Bool) -> Reply {
        switch landing {
        case .answered(let stored, let isStored):
            conclude(stored, from: .upstream(collapsed: collapsed, stored: isStored), for: lookUp)
        case .failed(let failure):
            conclude(Problem(failure), for: lookUp.visit, lookUp.name)
        }
    }

    /// A look-up with an answer of AWS's.
    func conclude(_ stored: Stored<CachedAnswer>, from origin: JobReply.Origin, for lookUp: LookUp) -> Reply {
        switch stored.value {
        case .refusal(let problem):
            return conclude(problem, for: lookUp.visit, lookUp.name, as: origin.outcome)
        case .job(let job):
            guard !lookUp.visit.prefersHTML else { return page(for: job, stored, from: origin, lookUp) }
            let answer = JobReply(
                rendering: job.rendering(of: lookUp.fields), askedAt: stored.storedAt, freshUntil: stored.freshUntil,
                now: now(for: origin, lookUp), isFinished: job.isFinished, origin: origin)
            let reply = answer.reply(to: lookUp.visit, unless: lookUp.condition, caching: options.caching)
            journal.note(reply, to: lookUp.visit, origin.outcome, label: job.label)
            return reply
        }
    }
}

extension JobGateway {
    /// A look-up that waited is as old as its wait; the hit path saves itself the clock.
    private func now(for origin: JobReply.Origin, _ lookUp: LookUp) -> Moment {
        switch origin {
        case .cache: lookUp.visit.start
        case .upstream: Moment(options.fetch.clock())
        }
    }
}

// What is not about one job's document.
extension JobGateway {
    /// A job as a page for people.
    private func page(
        for job: CachedJob, _ stored: Stored<CachedAnswer>, from origin: JobReply.Origin, _ lookUp: LookUp
    ) -> Reply {
        let refresh = max(1, stored.freshUntil.seconds(since: now(for: origin, lookUp)) + 1)
        let page = Page(job.job, name: lookUp.name, fields: options.fields, refresh: refresh)
        let reply = page.reply(to: lookUp.visit)
        journal.note(reply, to: lookUp.visit, origin.outcome, label: job.label)
        return reply
    }

    /// What needs no look-up.
    func conclude(
        _ fixture: Fixture, for visit: Visit, unless condition: IfNoneMatch?, isPreflight: Bool
    ) -> Reply {
        let reply = reply(with: fixture, to: visit, unless: condition, isPreflight: isPreflight)
        journal.note(reply, to: visit, .fixed, label: nil)
        return reply
    }

    private func reply(
        with fixture: Fixture, to visit: Visit, unless condition: IfNoneMatch?, isPreflight: Bool
    ) -> Reply {
        switch fixture {
        case .form(let name): .redirect(to: "/jobs/\(name.text)", visit)
        case .home: Page.home.reply(to: visit)
        case .file(let file): file.reply(to: visit, unless: condition)
        case .problem(let type): type.reply(to: visit)
        case .options: .options(visit, isPreflight: isPreflight)
        }
    }
}

extension Problem {
    fileprivate var outcome: Outcome {
        switch status.code {
        case 429: .limited
        case 500...: .failed
        default: .refused
        }
    }
}

extension JobReply.Origin {
    fileprivate var outcome: Outcome {
        switch self {
        case .cache: .hit
        case .upstream(collapsed: true, _): .collapsed
        case .upstream(collapsed: false, _): .miss
        }
    }
}
