import Caching
import HTTPExchange
import HTTPTypes
import Telemetry
import Transcribe

/// A member of `jobs`: the document of a job, or why there is none.
private enum BatchItem {
    case job(JobRendering)
    case problem(Problem)
}

extension JobGateway {
    /// The reply to a batch, recorded. Its status is 200 whatever is said of the jobs.
    ///
    /// - Parameters:
    ///   - resolutions: one for each name.
    ///   - now: when it is made.
    func reply(with resolutions: [Resolution], to request: BatchRequest, at now: Moment) -> Reply {
        var text = TextBuffer(reserving: resolutions.count * 256)
        var outcomes: Set<Outcome> = []
        text.openObject()
        text.key("jobs")
        text.openArray()
        for (name, resolution) in zip(request.names, resolutions) {
            let (item, outcome) = item(for: name, with: resolution, request.fields, at: now)
            text.append(item, named: name)
            outcomes.insert(outcome)
        }
        text.closeArray()
        text.closeObject()
        var fields = FieldBlock(reserving: 512)
        fields.append(contentsOf: .batch)
        fields.append(request.context)
        let reply = Reply(status: .ok, fields: fields, body: Body(text.bytes))
        recorder.record(reply, in: request.context, Outcome(ofBatch: outcomes))
        return reply
    }

    private func item(
        for name: JobName, with resolution: Resolution, _ fields: JobFields, at now: Moment
    ) -> (BatchItem, Outcome) {
        switch resolution {
        case .problem(let problem): return (.problem(problem), problem.outcome)
        case .answer(let entry, let status):
            let outcome = status.outcome(isFresh: now < entry.freshUntil)
            switch entry.value {
            case .refusal(let problem): return (.problem(problem), outcome)
            case .failed(let failure):
                let problem = failure.problem(at: now)
                return (.problem(problem), problem.outcome)
            case .job(let job), .refreshFailed(let job, _): return (.job(render(job, name, fields)), outcome)
            }
        }
    }
}

extension TextBuffer {
    fileprivate mutating func append(_ item: BatchItem, named name: JobName) {
        separate()
        switch item {
        case .job(let rendering): append(contentsOf: rendering.body.bytes)
        case .problem(let problem):
            openObject()
            member("name", name.text)
            key("problem")
            append(problem)
            closeObject()
        }
    }
}

extension Outcome {
    /// That of the job which took the most: the first of these that occurs.
    fileprivate init(ofBatch outcomes: Set<Outcome>) {
        self = [.failed, .miss, .collapsed, .stale].first(where: outcomes.contains) ?? .hit
    }
}

extension FieldBlock {
    /// The fields that every batch has.
    fileprivate static let batch = {
        var fields = FieldBlock()
        fields.append(.contentType, "application/json")
        fields.append(.cacheControl, "no-store")
        fields.append(.vary, "Accept, Prefer, Origin")
        fields.append(contentsOf: .security)
        return fields
    }()
}
