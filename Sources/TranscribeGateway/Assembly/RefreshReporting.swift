import AWSCredentials
import Formats
import Gateway
import Logging

extension Observability {
    /// Tells readiness, `/readyz` and the log how a refresh of the credentials ended. A gateway without credentials is not
    /// ready; a gateway with old ones is. That there are none is logged once for each reason. Only the log has what a program
    /// wrote.
    func report(_ event: RefreshEvent) {
        let isNews = readiness.set(.credentials, obstacle: event.obstacle)
        switch event {
        case .refreshed(let expiration, let origin):
            readiness.updateCredentials {
                $0 = CredentialsStatus(source: origin.name, expiration: expiration, refreshed: .wallTime)
            }
            logger.log(origin, until: expiration)
        case .kept(let expiration, let error):
            readiness.updateCredentials { $0.failure = .init(at: .wallTime, because: error) }
            logger.warning(
                "credentials could not be refreshed; the old ones stay in use",
                metadata: ["expiration": "\(expiration.map(\.rfc3339) ?? "none")", "reason": "\(error)"])
        case .failed(let error):
            readiness.updateCredentials {
                $0 = CredentialsStatus(failure: .init(at: .wallTime, because: error), refreshed: $0.refreshed)
            }
            guard isNews else { return }
            logger.error("there are no credentials", metadata: ["reason": "\(error)"])
        }
    }
}

extension RefreshEvent {
    /// Why look-ups cannot be signed; nil if they can.
    var obstacle: String? {
        switch self {
        case .refreshed, .kept: nil
        case .failed(let error): "\(error.withoutMessage)"
        }
    }
}

extension CredentialsStatus.Failure {
    fileprivate init(at time: Timestamp, because error: CredentialsError) {
        self.init(at: time, reason: "\(error.withoutMessage)")
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
            "expired credentials stay in use: their source cannot refresh them, and AWS may accept them for longer",
            metadata: ["source": "\(origin.name)", "expired": "\(expiredAt.rfc3339)", "expiration": "\(end)"])
    }
}
