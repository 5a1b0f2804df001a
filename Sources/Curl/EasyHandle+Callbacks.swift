import CCurl

extension EasyHandle {
    /// Sends what arrives to the transfer. It is not retained: the transfer loop keeps it until the handle has left the
    /// multi handle, and libcurl calls back only inside it.
    func deliver(to transfer: Transfer) throws(CurlError) {
        let context = unsafe Unmanaged.passUnretained(transfer).toOpaque()
        try check(unsafe ccurl_set_pointer(handle, CURLOPT_HEADERDATA, context))
        try check(unsafe ccurl_set_pointer(handle, CURLOPT_WRITEDATA, context))
        try check(unsafe ccurl_set_receive(handle, CURLOPT_HEADERFUNCTION, receiveLine))
        try check(unsafe ccurl_set_receive(handle, CURLOPT_WRITEFUNCTION, receiveContent))
    }
}

/// A line of the head, a trailer field, or an interim answer's line (CURLOPT_HEADERFUNCTION(3)).
private let receiveLine: ccurl_receive = { bytes, size, count, context in
    unsafe receive(bytes, size * count, context) { $0.receive(line: $1) }
}

/// A piece of content (CURLOPT_WRITEFUNCTION(3)).
private let receiveContent: ccurl_receive = { bytes, size, count, context in
    unsafe receive(bytes, size * count, context) { $0.receive(content: $1) }
}

/// Any other number than `length` makes libcurl end the transfer and close the connection.
private func receive(
    _ bytes: UnsafeMutablePointer<CChar>?, _ length: Int, _ context: UnsafeMutableRawPointer?,
    take: (Transfer, [UInt8]) -> Bool
) -> Int {
    guard let context = unsafe context else { return length + 1 }
    let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let received = unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: length))
    return take(transfer, received) ? length : length + 1
}
