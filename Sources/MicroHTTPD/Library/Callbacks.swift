import CMicroHTTPD
import Glibc
import HTTPExchange

// The functions that libmicrohttpd calls. Each finds its object and calls one method of it. The first argument points to the
// ``ServerContext``, which the daemon retains until it has stopped.

private func server(_ pointer: UnsafeMutableRawPointer?) -> ServerContext {
    unsafe Unmanaged<ServerContext>.fromOpaque(pointer!).takeUnretainedValue()
}

private func connection(_ pointer: UnsafeMutableRawPointer?) -> Connection? {
    unsafe pointer.map { unsafe Unmanaged<Connection>.fromOpaque($0).takeUnretainedValue() }
}

/// A connection begins or ends. The socket's context pointer holds its ``Connection``: retained at the start, released
/// at the end, which comes before the socket is closed.
let onConnection: MHD_NotifyConnectionCallback = { context, handle, slot, event in
    guard let handle = unsafe handle, let slot = unsafe slot else { return }
    switch event {
    case .CONNECTION_NOTIFY_STARTED:
        let connection = unsafe Connection(handle, context: server(context))
        unsafe slot.pointee = Unmanaged.passRetained(connection).toOpaque()
        connection.context.insert(connection)
    case .CONNECTION_NOTIFY_CLOSED:
        guard let pointer = unsafe slot.pointee else { return }
        unsafe slot.pointee = nil
        let connection = unsafe Unmanaged<Connection>.fromOpaque(pointer).takeRetainedValue()
        connection.close()
        connection.context.remove(connection)
    @unknown default: return
    }
}

/// The request line has been read (`MHD_OPTION_URI_LOG_CALLBACK`). What it returns becomes the request's own pointer, the
/// last argument of the next two callbacks.
let onRequestLine:
    @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?) -> UnsafeMutableRawPointer? = {
        _, target, handle in
        let pointer = unsafe shim_socket_context(handle)
        unsafe connection(pointer)?.begin(target: target)
        return unsafe pointer
    }

/// A request has arrived as far as it has (`MHD_AccessHandlerCallback`): see ``Connection/advance(method:version:chunk:)``.
let onAccess: MHD_AccessHandlerCallback = { _, _, _, method, version, data, size, slot in
    guard let connection = unsafe connection(slot?.pointee), let method = unsafe method, let version = unsafe version,
        let size = unsafe size
    else { return .NO }
    let chunk = unsafe UnsafeRawBufferPointer(start: data, count: size.pointee)
    defer { unsafe size.pointee = 0 }  // all content is consumed
    return unsafe connection.advance(method: method, version: version, chunk: chunk)
}

/// A request has ended, and how (`MHD_RequestCompletedCallback`). Its reply is still there.
let onCompleted: MHD_RequestCompletedCallback = { _, _, slot, end in
    unsafe connection(slot?.pointee)?.complete(end)
}

/// The library logs a message (`MHD_LogCallback`).
let onLogMessage: MHD_LogCallback = { context, pattern, arguments in
    guard let pattern = unsafe pattern, let arguments = unsafe arguments else { return }
    unsafe server(context).libraryLog.receive(pattern, arguments, at: .now)
}

/// `MHD_OPTION_UNESCAPE_CALLBACK`: leaves the text as it is. The gateway routes on the raw target and decodes it once.
let keepEscapes: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<CChar>?) -> Int = {
    _, _, text in
    unsafe text.map { unsafe strlen($0) } ?? 0
}
