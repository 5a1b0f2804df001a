import Foundation

/// `openssl s_server` on a free loopback port, with a certificate made for it. It answers every GET.
final class OpenSSL: Sendable {
    let port: UInt16
    /// The path of the certificate, which is its own authority.
    let certificate: String
    private let folder: URL
    private let process: Process

    static let isPresent = isRunnable(["version"])

    /// Makes the certificate and starts the server, on a thread of its own because both block.
    static func start(host: String, days: Int) async throws -> OpenSSL {
        try await withCheckedThrowingContinuation { continuation in
            startThread { continuation.resume(with: Result { try OpenSSL(host: host, days: days) }) }
        }
    }

    private init(host: String, days: Int) throws {
        folder = FileManager.default.temporaryDirectory.appending(component: "curl-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        certificate = folder.appending(component: "certificate.pem").path
        let key = folder.appending(component: "key.pem").path
        let request = folder.appending(component: "request.pem").path
        // In two steps, because `req -x509` makes none that has expired.
        try Self.run([
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
            "-out", request, "-subj", "/CN=test", "-addext", "subjectAltName=\(host)",
        ]).waitUntilExit()
        try Self.run([
            "x509", "-req", "-in", request, "-key", key, "-days", "\(days)", "-copy_extensions", "copy",
            "-out", certificate,
        ]).waitUntilExit()
        let output = Pipe()
        process = try Self.run(
            ["s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, "-www"], output: output)
        port = try Self.port(in: output)
    }

    func stop() {
        // It inherits the signal mask of a thread that blocks SIGTERM.
        kill(process.processIdentifier, SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }

    /// The server says `ACCEPT 127.0.0.1:PORT` once it listens.
    private static func port(in output: Pipe) throws -> UInt16 {
        var text = ""
        while let piece = try output.fileHandleForReading.read(upToCount: 1) {
            text += String(decoding: piece, as: UTF8.self)
            if let match = text.firstMatch(of: /ACCEPT .*:([0-9]+)\n/) { return UInt16(match.1)! }
        }
        throw CocoaError(.fileReadUnknown)
    }

    private static func isRunnable(_ arguments: [String]) -> Bool {
        guard let process = try? run(arguments) else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    @discardableResult
    private static func run(_ arguments: [String], output: Pipe = Pipe()) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }
}
