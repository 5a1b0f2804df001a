import CMicroHTTPD
import Glibc
import HTTPExchange

/// The access callback, step by step. A GET passes `.header` and `.end` in one pass of the library's loop. A reply that is
/// queued in the first call closes the connection, which is right for a refusal only.
extension Connection {
    /// One call of the access callback. `chunk` holds content that has arrived.
    func advance(
        method: UnsafePointer<CChar>, version: UnsafePointer<CChar>, chunk: UnsafeRawBufferPointer
    ) -> MHD_Result {
        switch stage {
        case .idle, .header:
            return unsafe readHeader(method: method, version: version)
        case .content where unsafe !chunk.isEmpty:
            return unsafe collect(chunk)
        case .content, .end:
            return handle(request)
        case .suspended(let suspended):
            guard let reply = suspended.take() else { return .NO }
            suspendedRequest = nil
            unsafe SuspendedRequest.restoreTimeout(of: handle, silenceLimit: context.silenceLimit)
            return send(reply)
        case .replied, .streaming, .closed:
            return .NO
        }
    }

    private func readHeader(method: UnsafePointer<CChar>, version: UnsafePointer<CChar>) -> MHD_Result {
        unsafe self.method = strcmp(method, "GET") == 0 ? "GET" : String(cString: method)
        origin = target
        host = ""
        mayContinueTrace = true
        phase.startHandling()
        do throws(Refusal) {
            let checks = try unsafe checkHeader(method: method, version: version)
            if checks.hasContent { return try receiveContent(checks) }
            // After this callback the library would send "100 Continue", for which there is no content to wait (RFC 9110
            // §10.1.1). A reply, or a wait for one, that comes in this callback keeps it from that, and closes the connection.
            if checks.expectsContinue { return handle(request) }
            stage = .end
            return .YES
        } catch {
            return refuse(error)
        }
    }

    /// Sends the handler's words for a refusal. A request that is too large for the library's memory may have left no room for
    /// them, and gets them directly.
    private func refuse(_ refusal: Refusal) -> MHD_Result {
        let reply = context.handler.reply(to: refusal, of: request)
        guard unsafe !ConnectionMemory.hasRoomForReply(of: handle) else { return send(reply, closing: true) }
        sendDirectly(reply, hasContent: method != "HEAD")
        return .NO
    }

    /// Sends a refusal instead of the library, which has just begun to refuse the request in words of its own: it would send
    /// their head twice (see ``IncompleteRequests``). Call it on the connection's thread.
    func refuseInstead(status: Int) {
        let refusal: Refusal =
            switch status {
            case 431: .fieldsTooLarge(limit: ConnectionMemory.fieldBytes)
            case 413: .bodyTooLarge(limit: context.options.bodyLimit)
            default: .malformed("Content-Length is no decimal number")
            }
        collectFields()
        method = "UNKNOWN"  // The library would tell it in the access callback, which it will not call.
        origin = target
        host = ""
        mayContinueTrace = true
        var reply = context.handler.reply(to: refusal, of: request)
        if mayBeHead { reply.body = .empty }
        sendDirectly(reply, hasContent: true)
        // The library's own reply finds no way out.
        shutdown(socket, Int32(SHUT_WR))
    }

    private func sendDirectly(_ reply: Reply, hasContent: Bool) {
        stage = .replied
        phase.startSending(until: context.clock.tick(after: context.limits.idleTicks))
        wasSentDirectly = DirectReply(reply, hasContent: hasContent).send(to: socket)
    }

    private func checkHeader(
        method: UnsafePointer<CChar>, version: UnsafePointer<CChar>
    ) throws(Refusal) -> HeaderChecks {
        collectFields()
        let size = unsafe shim_header_size(handle) - (UnsafeRawPointer(version) - UnsafeRawPointer(method)) - 10
        try checkLimits(fieldBytes: size)
        if LibraryBehaviour.observed.checks == .layout {
            let hasNoGap = unsafe ParserGaps.hasNoGap(
                method: method, methodLength: self.method.utf8.count, targetLength: target.utf8.count,
                version: version, lines: lines, headerSize: shim_header_size(handle))
            guard hasNoGap else { throw .malformed("the header section breaks the grammar of HTTP/1.1") }
        }
        let checks = try HeaderChecks(
            method: self.method, isHTTP10: unsafe strcmp(version, "HTTP/1.0") == 0, lines: lines)
        try checkMemory(fieldBytes: size, cookieBytes: checks.cookieBytes)
        let target = try RequestTarget(self.target, method: self.method)
        origin = target.origin
        host = target.authority ?? checks.host
        mayContinueTrace = checks.hasTraceParent
        return checks
    }

    /// Takes all fields, of a request that is refused for their number too: the last may name the client.
    private func collectFields() {
        // Moved out of the object and back: each access to an object's variable checks whether it is in use already.
        var section = HeaderSection(lines: lines)
        lines = []
        _ = unsafe withUnsafeMutablePointer(to: &section) {
            unsafe MHD_get_connection_values_n(handle, .HEADER_KIND, collectField, $0)
        }
        lines = section.lines
    }

    /// - Parameter fieldBytes: of the header section without the request line, which ends with `HTTP/1.1` and a line break.
    private func checkLimits(fieldBytes: Int) throws(Refusal) {
        let options = context.options
        guard target.utf8.count <= options.targetLimit else { throw .targetTooLong(limit: options.targetLimit) }
        guard lines.count <= options.fieldLimit else { throw .tooManyFields(limit: options.fieldLimit) }
        guard fieldBytes <= ConnectionMemory.fieldBytes else {
            throw .fieldsTooLarge(limit: ConnectionMemory.fieldBytes)
        }
    }

    /// Whether there is room for a reply. A request without cookies leaves some, unless it is a very long one.
    private func checkMemory(fieldBytes: Int, cookieBytes: Int) throws(Refusal) {
        guard cookieBytes > 0 || target.utf8.count + fieldBytes > ConnectionMemory.size / 2 else { return }
        guard fieldBytes + cookieBytes <= ConnectionMemory.fieldBytes,
            unsafe ConnectionMemory.hasRoomForReply(of: handle)
        else {
            throw .fieldsTooLarge(limit: ConnectionMemory.fieldBytes)
        }
    }

    /// Waits for content if the server accepts any. Otherwise the reply is queued in this first call, which closes the
    /// connection, so that the content is never read as a request.
    private func receiveContent(_ checks: HeaderChecks) throws(Refusal) -> MHD_Result {
        let limit = context.options.bodyLimit
        guard limit > 0 else {
            guard case .reply(let reply) = context.handler.answer(request) else { throw .bodyNotAllowed }
            return send(reply)
        }
        guard checks.contentLength <= limit else { throw .bodyTooLarge(limit: limit) }
        phase.startReading(until: context.clock.tick(after: context.limits.requestTicks))
        stage = .content
        return .YES
    }

    private func collect(_ chunk: UnsafeRawBufferPointer) -> MHD_Result {
        guard content.count + chunk.count <= context.options.bodyLimit else { return .NO }
        unsafe content.append(contentsOf: chunk)
        return .YES
    }

    private func handle(_ request: borrowing Request) -> MHD_Result {
        phase.startHandling()
        switch context.handler.answer(request) {
        case .reply(let reply):
            return send(reply)
        case .later(let deferred):
            let suspended = unsafe SuspendedRequest.suspend(
                handle, for: deferred, deadlines: context.deadlines, silenceLimit: context.silenceLimit)
            stage = .suspended(suspended)
            suspendedRequest = suspended
            lines = []  // A wait can be long, and its request's fields are not looked at again.
            return .YES
        }
    }

    /// Queues the reply. The connection closes after it if `closing` is true, if the reply says so, while the server
    /// drains, and where a second request could be hidden from the header checks.
    private func send(_ reply: Reply, closing: Bool = false) -> MHD_Result {
        var streamed: StreamedReply?
        if let stream = reply.stream, method != "HEAD" {
            streamed = startStreaming(stream)
        } else {
            stage = .replied
            phase.startSending(until: context.clock.tick(after: context.limits.idleTicks))
        }
        let isLast = closing || reply.closes || context.isDraining || LibraryBehaviour.observed.checks == .none
        return unsafe reply.queue(on: handle, streamed, closing: isLast) ? .YES : .NO
    }

    /// A stop that begins before this has published the stream is seen here, and one that begins later finds the stream.
    private func startStreaming(_ stream: any ContentStream) -> StreamedReply {
        let streamed = unsafe StreamedReply(handle, stream, context: context)
        stage = .streaming(streamed)
        phase.startStreaming()
        streamedReply = streamed
        lines = []
        if context.isDraining {
            phase.startSending(until: context.clock.tick(after: context.limits.idleTicks))
            streamed.complete()
        }
        return streamed
    }
}

/// The field lines of a request while they are collected.
struct HeaderSection {
    var lines: [FieldLine]
}

/// `MHD_KeyValueIteratorN`: adds a line to a ``HeaderSection``.
let collectField: MHD_KeyValueIteratorN = { context, _, name, nameSize, value, valueSize in
    guard let section = unsafe context?.assumingMemoryBound(to: HeaderSection.self) else { return .NO }
    unsafe section.pointee.lines.append(FieldLine(name: name, nameSize, value: value, valueSize))
    return .YES
}
