import CMicroHTTPD
import Glibc

/// The memory that libmicrohttpd gives each connection: one block, its pool.
///
/// At one end of it stands what was received, from the other end come a record for each header field, each cookie and each
/// member of the query, and a copy of the cookies. The head of the reply gets what is left between them. Where that is too
/// little, the library closes the connection without a byte; and some of its own refusals, which it sends where the block is
/// too small for a request, have their head twice (connection.c of 0.9.75). So the server's limits lie below the block's, and
/// a query leaves no records.
///
/// The library sets the whole block to zero after each request. Measured on 2026-11-30 (AMD EPYC, bare library):
///
/// | size | zeroing, of 1 / 64 / 10,000 connections | after one request | a request with a field of 14 kB | connect, ask, close |
/// |--:|--:|--:|--:|--:|
/// | 16 KiB | 0.15, 0.24, 0.80 µs | 16.5 KiB | 506 to 540 µs | 39 to 40 µs |
/// | 24 KiB | 0.22, 0.35, 1.22 µs | | 43 to 45 µs | |
/// | 28 KiB | 0.36, 0.41, 1.42 µs | 28.6 KiB | 18 to 19 µs | 39 to 40 µs |
/// | 32 KiB | 0.41, 0.43, 1.52 µs | 32.5 KiB | 18 µs | 38 to 40 µs |
/// | 64 KiB | 0.77, 0.71, 2.86 µs | 64.5 KiB | 18 to 23 µs | 79 to 88 µs |
///
/// A request without such a field takes 11 to 12 µs.
///
/// A reply in pieces that waits gives the rest of the block back (``StreamedReply``). Of 10,000 on connections that had brought
/// two requests before, each took 6.7 kB instead of 34.9 kB, 2.0 kB of them for objects of the library and the server; and 6.7
/// kB on new connections.
enum ConnectionMemory {
    /// Bytes for each connection. The receive buffer begins with half of them, so a header section of 16 KiB is read in one
    /// piece; beyond that the library reads pieces of 128 bytes in the end. A larger block would be mapped for each
    /// connection (mmap(2)), and its pages with it.
    static let size = 32 << 10

    /// Bytes that the header fields of a request may have together, where those of `Cookie` count twice. So 12 KiB with a
    /// cookie of 8 KiB are enough for no limit, beside a target of 8 KiB.
    static let fieldBytes = 20 << 10

    /// Bytes for the head of a reply. The longest, of a job's page for another origin, has 900.
    private static let replyHead = 1_536

    /// Bytes of a record: `struct MHD_HTTP_Header`, with the alignment of the block.
    private static let record = 64

    /// The receive buffer grows while less than 1 KiB of it is free, by at most 2 KiB. It can be full of further requests.
    private static let growth = 3 << 10

    /// Whether the head of a reply finds room in the connection's block, whatever has been received after the request. Call it
    /// in the access callback only.
    static func hasRoomForReply(of handle: OpaquePointer) -> Bool {
        let buffer = unsafe max(size / 2, shim_header_size(handle) + growth)
        let fields = unsafe MHD_get_connection_values_n(handle, .HEADER_KIND, nil, nil)
        let cookies = unsafe MHD_get_connection_values_n(handle, .COOKIE_KIND, nil, nil)
        var copied = 0
        _ = unsafe MHD_lookup_connection_value_n(handle, .HEADER_KIND, "Cookie", 6, nil, &copied)
        return buffer + record * Int(fields + cookies) + copied + record + replyHead <= size
    }

    /// Hides the query of a request target from the library, which would make a record of each member and refuse the request,
    /// without a byte, where there are too many of them. The library looks for the query's end, a NUL, after the callback that
    /// is given the target.
    ///
    /// - Parameter target: in the receive buffer, as the library hands it out; it has been copied.
    static func hideQuery(of target: UnsafePointer<CChar>) {
        guard let mark = unsafe strchr(target, 0x3F) else { return }
        unsafe mark[1] = 0
    }
}
