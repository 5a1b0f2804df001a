import CMicroHTTPD
import Glibc
import HTTPExchange

extension PeerAddress {
    /// From what accept(2) gave. Anything but IPv4 and IPv6 counts as one unknown peer.
    init(_ address: UnsafePointer<sockaddr>?) {
        guard let address = unsafe address else { self.init(high: 0, low: 0); return }
        switch Int32(unsafe address.pointee.sa_family) {
        case AF_INET:
            let bytes = unsafe UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self)
            self.init(ipv4: UInt32(bigEndian: bytes.sin_addr.s_addr))
        case AF_INET6:
            // sin6_addr stands 8 bytes into sockaddr_in6 (ipv6(7)).
            let bytes = unsafe UnsafeRawPointer(address) + 8
            self.init(
                high: UInt64(bigEndian: unsafe bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        default:
            self.init(high: 0, low: 0)
        }
    }
}
