import Glibc

/// A loopback port that accepts no connection and whose backlog is full.
final class FullListener {
    let port: UInt16
    private var descriptors: [Int32]

    init() {
        let (listener, port) = Socket.listen(backlog: 0)
        self.port = port
        descriptors = [listener]
        for _ in 0..<4 { descriptors.append(Socket.beginConnecting(to: port)) }
    }

    func stop() {
        descriptors.forEach(Socket.close)
    }
}
