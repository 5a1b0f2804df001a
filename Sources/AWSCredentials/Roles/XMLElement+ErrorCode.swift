import Expat

extension XMLElement {
    /// The code in an error of AWS STS. Some services put their error into a list of one, and AWS's SDKs read it there
    /// too.
    var errorCode: String? { (self["Errors"] ?? self).text(at: "Error", "Code") }
}
