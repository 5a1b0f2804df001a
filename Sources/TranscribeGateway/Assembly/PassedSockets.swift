import Logging
import MicroHTTPD
import OwnProcess

/// The listening sockets that systemd has opened for the gateway (systemd.socket(5)). For a listener that has one, the settings of
/// address and port have no effect.
struct PassedSockets: Sendable {
    /// Names that `FileDescriptorName=` gives.
    private enum Name {
        static let gateway = "public"
        static let admin = "admin"
    }

    let gateway: InheritedSocket?
    let admin: InheritedSocket?

    /// - Throws: ``ProgramEnd`` 78 with the reason why a socket cannot be served.
    init(_ supervision: Supervision) throws {
        let choice: (gateway: Supervision.Passed?, admin: Supervision.Passed?)
        do throws(PassedSocketsError) {
            choice = try Self.choice(among: supervision.passed)
        } catch {
            throw ProgramEnd("\(error)")
        }
        gateway = try choice.gateway.map(Self.socket)
        admin = try choice.admin.map(Self.socket)
    }

    /// Which descriptor is for which listener: those that are called `public` and `admin`, or the first one for the public listener.
    static func choice(
        among passed: [Supervision.Passed]
    ) throws(PassedSocketsError) -> (gateway: Supervision.Passed?, admin: Supervision.Passed?) {
        let admins = passed.filter { $0.name == Name.admin }
        let named = passed.filter { $0.name == Name.gateway }
        let others = passed.filter { $0.name != Name.admin && $0.name != Name.gateway }
        let publics = named.isEmpty ? Array(others.prefix(1)) : named
        let unused = named.isEmpty ? Array(others.dropFirst()) : others
        guard admins.count < 2, publics.count < 2, unused.isEmpty else {
            throw PassedSocketsError(names: passed.map(\.name))
        }
        return (publics.first, admins.first)
    }

    func log(to logger: Logger) {
        for (keys, socket) in [("listen.host and listen.port", gateway), ("admin.host and admin.port", admin)] {
            guard let socket else { continue }
            logger.notice(
                "\(keys) have no effect, because systemd has passed a socket",
                metadata: ["address": "\(socket.address)"])
        }
    }

    private static func socket(_ passed: Supervision.Passed) throws -> InheritedSocket {
        do throws(InheritedSocketError) {
            return try InheritedSocket(passed.descriptor)
        } catch {
            throw ProgramEnd(
                "The descriptor \(passed.descriptor) (\(passed.name.quoted)) that systemd has passed \(error).")
        }
    }
}

/// More sockets than there are listeners, or two for one.
struct PassedSocketsError: Error, CustomStringConvertible {
    let names: [String]

    var description: String {
        """
        systemd has passed \(names.count) sockets, called \(names.map(\.quoted).joined(separator: ", ")). The gateway takes one \
        for the public listener and one for the operators': call them public and admin (FileDescriptorName=).
        """
    }
}
