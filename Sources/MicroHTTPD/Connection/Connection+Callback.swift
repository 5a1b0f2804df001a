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
        case .header:
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
        case .replied:
            return .NO
        }
    }

    private func readHeader(method: UnsafePointer<CChar>, version: UnsafePointer<CChar>) -> MHD_Result {
        unsafe self.method = strcmp(method, "GET") == 0 ? "GET" : String(cString: method)
        origin = target
        host = ""
        phase.startHandling()
        do throws(Refusal) {
            let checks = try unsafe checkHeader(method: method, version: version)
            guard checks.hasContent else {
                stage = .end
                return .YES
            }
            return try receiveContent(checks)
        } catch {
            return send(context.handler.reply(to: error, of: request), closing: true)
        }
    }

    private func checkHeader(
        method: UnsafePointer<CChar>, version: UnsafePointer<CChar>
    ) throws(Refusal) -> HeaderChecks {
        guard target.utf8.count <= context.options.targetLimit else {
            throw .targetTooLong(limit: context.options.targetLimit)
        }
        try collectFields()
        if LibraryBehaviour.observed.checks == .layout {
            let hasNoGap = unsafe ParserGaps.hasNoGap(
                method: method, methodLength: self.method.utf8.count, targetLength: target.utf8.count,
                version: version, lines: lines, headerSize: shim_header_size(handle))
            guard hasNoGap else { throw .malformed("the header section breaks the grammar of HTTP/1.1") }
        }
        let checks = try HeaderChecks(
            method: self.method, isHTTP10: unsafe strcmp(version, "HTTP/1.0") == 0, lines: lines)
        let target = try RequestTarget(self.target, method: self.method)
        origin = target.origin
        host = target.authority ?? checks.host
        return checks
    }

    private func collectFields() throws(Refusal) {
        // Moved out of the object and back: each access to an object's variable checks whether it is in use already.
        var section = HeaderSection(lines: lines, limit: context.options.fieldLimit)
        lines = []
        let count = unsafe withUnsafeMutablePointer(to: &section) {
            unsafe MHD_get_connection_values_n(handle, .HEADER_KIND, collectField, $0)
        }
        lines = section.lines
        guard Int(count) <= section.limit else { throw .tooManyFields(limit: section.limit) }
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
        phase.startReading(until: context.clock.tick(after: context.requestTicks))
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
            return .YES
        }
    }

    /// Queues the reply. The connection closes after it if `closing` is true, if the reply says so, while the server
    /// drains, and where a second request could be hidden from the header checks.
    private func send(_ reply: Reply, closing: Bool = false) -> MHD_Result {
        stage = .replied
        phase.startSending(until: context.clock.tick(after: context.idleTicks))
        let isLast = closing || reply.closes || context.isDraining || LibraryBehaviour.observed.checks == .none
        return unsafe reply.queue(on: handle, closing: isLast) ? .YES : .NO
    }
}

/// The field lines of a request while they are collected.
struct HeaderSection {
    var lines: [FieldLine]
    let limit: Int
}

/// `MHD_KeyValueIteratorN`: adds a line to a ``HeaderSection``; stops at its limit.
let collectField: MHD_KeyValueIteratorN = { context, _, name, nameSize, value, valueSize in
    guard let section = unsafe context?.assumingMemoryBound(to: HeaderSection.self) else { return .NO }
    guard unsafe section.pointee.lines.count < section.pointee.limit else { return .NO }
    unsafe section.pointee.lines.append(FieldLine(name: name, nameSize, value: value, valueSize))
    return .YES
}
