/// The name of a member, prepared by ``LogWriter/name(_:)``: with what separates it from the member before and from its
/// value.
public struct LogName: Sendable {
    let bytes: [UInt8]

    init(_ format: LogFormat, _ name: String) {
        var text = TextBuffer()
        switch format {
        case .json:
            text.append(UInt8(ascii: ","))  // behind the members of the head
            text.string(name)
            text.append(UInt8(ascii: ":"))
        case .console: text.consoleKey(name)
        }
        bytes = text.bytes
    }
}
