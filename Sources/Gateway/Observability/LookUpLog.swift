import Caching
import Logging
import Transcribe

/// The steps of each look-up at AWS, at level `debug`. A job is named as in the access log, by its hash.
struct LookUpLog: Sendable {
    private let logger: Logger?
    private let names: NameHash

    init(_ logger: Logger?, _ names: NameHash) {
        self.logger = logger
        self.names = names
    }

    /// A fetch has begun, and waits for its turn.
    func begins(_ request: FetchRequest) {
        logger?.debug(
            "look-up: asks for admission",
            metadata: metadata(request.name, ["reason": "\(request.reason)", "priority": "\(request.priority)"]))
    }

    /// AWS is asked, the first time or again.
    func asks(for name: JobName) { logger?.debug("look-up: calls AWS", metadata: metadata(name)) }

    /// An attempt has brought no job.
    func fails(_ name: JobName, _ error: TranscribeError) {
        logger?.debug(
            "look-up: the call brought no job",
            metadata: metadata(
                name,
                [
                    "reason": "\(error.disposition.description)", "aws.request_id": "\(error.awsRequestID ?? "none")",
                ]))
    }

    /// AWS has answered, with a job or with the news that there is none.
    func ends(_ name: JobName, _ result: FetchResult) {
        guard case .answered(let entry, let isStored, let awsRequestID) = result else { return }
        logger?.debug(
            "look-up: answered",
            metadata: metadata(
                name,
                [
                    "answer": "\(entry.value.job?.job.status?.rawValue ?? "no job")", "stored": "\(isStored)",
                    "freshForSeconds": "\(entry.freshUntil.seconds(since: entry.requestedAt))",
                    "aws.request_id": "\(awsRequestID ?? "none")",
                ]))
    }

    /// No further attempt is made.
    func isGivenUp(_ name: JobName, because failure: FetchFailure) {
        logger?.debug("look-up: given up", metadata: metadata(name, ["result": "\(failure.label)"]))
    }

    /// Not called unless the level is `debug`: loggers take metadata as a closure.
    private func metadata(_ name: JobName, _ others: Logger.Metadata = [:]) -> Logger.Metadata {
        others.merging(["job": "\(names.label(for: name))"]) { $1 }
    }
}
