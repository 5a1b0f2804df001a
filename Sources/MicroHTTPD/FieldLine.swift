/// One header field line as it lies in libmicrohttpd's receive buffer: valid until the request is completed.
@safe struct FieldLine {
    let name: UnsafeRawBufferPointer
    let value: UnsafeRawBufferPointer

    init(name: UnsafePointer<CChar>?, _ nameSize: Int, value: UnsafePointer<CChar>?, _ valueSize: Int) {
        unsafe self.name = UnsafeRawBufferPointer(start: name, count: nameSize)
        unsafe self.value = UnsafeRawBufferPointer(start: value, count: valueSize)
    }

    /// Whether the name is this one, which is given in lower case (RFC 9110 §5.1: names are case-insensitive).
    func isNamed(_ lowercased: String) -> Bool {
        var lowercased = lowercased
        return lowercased.withUTF8 { expected in
            guard unsafe expected.count == name.count else { return false }
            for index in expected.indices where unsafe name[index].lowercased != expected[index] { return false }
            return true
        }
    }

    var nameText: String { unsafe String(decoding: name, as: UTF8.self) }

    var text: String { unsafe String(decoding: value, as: UTF8.self) }
}

extension UInt8 {
    var lowercased: UInt8 { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self }

    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    var isHexDigit: Bool { isDigit || (lowercased >= UInt8(ascii: "a") && lowercased <= UInt8(ascii: "f")) }

    /// What a field value may hold: anything but control characters other than tab (RFC 9110 §5.5).
    var isFieldContent: Bool { self >= 0x20 && self != 0x7F || self == 0x09 }
}
