import Logging
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
    private let stage = Mutex(Stage.starting)

    private enum Stage {
        case starting
        /// One line for `systemctl status`, as it is now.
        case serving(status: @Sendable () -> String)
        case stopping
    }

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

    /// The gateway serves, unless a stop has begun.
    /// - Parameter status: one line for `systemctl status`, asked for now and whenever it may have changed.
    func tellReady(_ status: @escaping @Sendable () -> String) {
        stage.withLock { stage in
            guard case .starting = stage else { return }
            stage = .serving(status: status)
        }
        tellReady()
    }

    /// A reload has ended.
    func tellReady() { tellWhileServing { ["READY=1", "STATUS=\($0())"] } }

    /// What ``tellReady(_:)`` was given may have changed. Tells nothing before that and after ``tellStopping()``.
    func tellStatus() { tellWhileServing { ["STATUS=\($0())"] } }

    /// A reload begins; ``tellReady()`` says that it has ended.
    func tellReloading() { tellWhileServing { _ in ["RELOADING=1", "MONOTONIC_USEC=\(MonotonicTime.microseconds)"] } }

    /// A stop begins. Only ``tellAlive()`` has an effect afterwards.
    func tellStopping() {
        stage.withLock { stage in
            stage = .stopping
            tell(["STOPPING=1", "STATUS=Stopping: the accepted requests finish."])
        }
    }

    func tellAlive() { tell(["WATCHDOG=1"]) }

    /// One message after another, so that the last status is the newest.
    private func tellWhileServing(_ assignments: (_ status: () -> String) -> [String]) {
        stage.withLock { stage in
            guard case .serving(let status) = stage else { return }
            tell(assignments(status))
        }
    }

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
    /// How often systemd wants to be told.
    let timeout: Duration
    /// Whether the threads of all listeners turn.
    let isTurning: @Sendable () -> Bool
    let tellAlive: @Sendable () -> Void
    let logger: Logger
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    func run() async {
        await cancelWhenGracefulShutdown {
            var wasTurning = true
            while true {
                let isTurning = self.isTurning()
                if isTurning { tellAlive() }
                if isTurning != wasTurning {
                    logger.log(
                        level: isTurning ? .notice : .critical,
                        isTurning ? "all threads turn again" : "a thread of a listener hangs; the watchdog is not told")
                }
                wasTurning = isTurning
                // One look that a stall has spoilt must not use the interval up.
                let pause = isTurning ? timeout / 4 : min(.seconds(1), timeout / 10)
                guard (try? await sleep(pause)) != nil else { return }
            }
        }
    }
}
