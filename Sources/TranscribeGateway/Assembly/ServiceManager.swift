import Logging
import MicroHTTPD
import OwnProcess
import ServiceLifecycle
import Synchronization
import Threads

/// Tells systemd what becomes of the gateway, where it started the gateway with `Type=notify` (sd_notify(3)). Otherwise nothing is
/// told. Safe to use from any thread; a message may take a second where systemd does not read.
final class ServiceManager: Sendable {
    private let messages: SupervisorMessages?
    private let logger: Logger
    private let hasFailed = Atomic(false)

    init(_ supervision: Supervision, _ logger: Logger) {
        self.logger = logger
        guard let path = supervision.messageSocket else {
            messages = nil
            return
        }
        do throws(SystemCallError) {
            messages = try SupervisorMessages(to: path)
        } catch {
            messages = nil
            logger.warning("NOTIFY_SOCKET cannot be used", metadata: ["reason": "\(error)"])
        }
    }

    /// The gateway serves, after a start or a reload.
    /// - Parameter status: one line for `systemctl status`.
    func tellReady(_ status: String) { tell(["READY=1", "STATUS=\(status)"]) }

    /// A reload begins; ``tellReady(_:)`` says that it has ended.
    func tellReloading() { tell(["RELOADING=1", "MONOTONIC_USEC=\(MonotonicTime.microseconds)"]) }

    func tellStopping() { tell(["STOPPING=1", "STATUS=Stopping: the accepted requests finish."]) }

    func tellAlive() { tell(["WATCHDOG=1"]) }

    private func tell(_ assignments: [String]) {
        guard let messages else { return }
        do throws(SystemCallError) {
            try messages.send(assignments)
            hasFailed.store(false, ordering: .relaxed)
        } catch {
            guard !hasFailed.exchange(true, ordering: .relaxed) else { return }
            logger.warning("systemd cannot be told how the gateway is", metadata: ["reason": "\(error)"])
        }
    }
}

/// Tells systemd that the gateway is alive as long as the threads of its listeners turn. Where one hangs, systemd ends the gateway
/// and starts another (systemd.service(5), WatchdogSec=).
struct WatchdogService: Service {
    let manager: ServiceManager
    /// How often systemd wants to be told.
    let timeout: Duration
    let servers: [HTTPServer]
    let logger: Logger

    func run() async {
        await cancelWhenGracefulShutdown {
            var wasTurning = true
            while !Task.isCancelled {
                let isTurning = servers.allSatisfy(\.isTurning)
                if isTurning { manager.tellAlive() }
                if isTurning != wasTurning {
                    logger.log(
                        level: isTurning ? .notice : .critical,
                        isTurning ? "all threads turn again" : "a thread of a listener hangs; the watchdog is not told")
                }
                wasTurning = isTurning
                try? await Task.sleep(for: timeout / 2)
            }
        }
    }
}
