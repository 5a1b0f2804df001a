import AWSCredentials
import Curl
import Formats
import Gateway
import Logging
import ServiceLifecycle
import Transcribe

/// The way from a job's name to Amazon Transcribe's answer.
struct LookUps {
    let gateway: JobGateway
    private let client: CurlClient
    private let refresher: CredentialsRefresher

    init(_ settings: Settings, _ upstream: Upstream, _ observability: Observability) throws {
        let logger = observability.logger
        let readiness = observability.readiness
        client = CurlClient(
            options: CurlOptions(
                concurrency: settings.limits.upstream.concurrency, connectTimeout: settings.upstream.connectTimeout))
        refresher = CredentialsRefresher(
            provider: upstream.credentials, holding: upstream.first, now: { .wallTime },
            report: { readiness.note($0, logger) })
        if upstream.first == nil {
            readiness.set(.credentials, obstacle: "The source of the AWS credentials has not answered yet.")
        }
        let transcribe = TranscribeClient(
            endpoint: upstream.endpoint, transport: upstream.isLocal ? LocalTransport(client: client) : client,
            credentials: RefreshedCredentials(refresher: refresher),
            policy: RetryPolicy(attempts: settings.upstream.attempts), time: .system,
            observe: observability.recorder.record(attempt:))
        gateway = JobGateway(options: GatewayOptions(settings), source: transcribe, recorder: observability.recorder)
        gateway.observe(in: observability.registry)
    }

    var services: [any Service] {
        [
            TransferService(client: client), CredentialsRefreshService(refresher: refresher),
            FetchService(fetcher: gateway.fetcher),
        ]
    }
}

/// Transfers that no proxy sees.
private struct LocalTransport: Transport {
    let client: CurlClient

    func perform(
        _ request: CurlRequest, deadline: ContinuousClock.Instant
    ) async throws(CurlError) -> CurlResponse {
        var request = request
        request.bypassesProxies = true
        return try await client.perform(request, deadline: deadline)
    }
}

extension Readiness {
    /// A gateway without credentials can answer nothing; one with old ones may.
    fileprivate func note(_ event: RefreshEvent, _ logger: Logger) {
        set(.credentials, obstacle: event.obstacle)
        switch event {
        case .refreshed(let expiration, let origin):
            updateCredentials { $0 = CredentialsStatus(source: origin.name, expiration: expiration) }
            logger.log(origin, until: expiration)
        case .kept(let expiration, let error):
            updateCredentials { $0.failure = .init(at: .wallTime, reason: "\(error)") }
            logger.warning(
                "credentials could not be refreshed; the old ones stay in use",
                metadata: ["expiration": "\(expiration.map(\.rfc3339) ?? "none")", "reason": "\(error)"])
        case .failed(let error):
            updateCredentials { $0 = CredentialsStatus(failure: .init(at: .wallTime, reason: "\(error)")) }
            logger.error("there are no credentials", metadata: ["reason": "\(error)"])
        }
    }
}

extension RefreshEvent {
    /// What keeps look-ups from being signed, in words; nil where nothing does.
    var obstacle: String? {
        switch self {
        case .refreshed, .kept: nil
        case .failed(let error): "\(error)"
        }
    }
}

extension Logger {
    fileprivate func log(_ origin: CredentialsOrigin, until expiration: Timestamp?) {
        let end = expiration.map(\.rfc3339) ?? "none"
        guard let expiredAt = origin.expiredAt else {
            info("credentials refreshed", metadata: ["source": "\(origin.name)", "expiration": "\(end)"])
            return
        }
        warning(
            "credentials that have ended stay in use: their source cannot renew them, and AWS may take them for longer",
            metadata: ["source": "\(origin.name)", "ended": "\(expiredAt.rfc3339)", "expiration": "\(end)"])
    }
}
