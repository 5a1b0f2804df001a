import Curl
import TestSupport
import Testing

@testable import Transcribe

@Suite struct ServiceErrorTests {
    /// In a message it stands as AWS sent it, and not as a value of Swift.
    @Test func writesACodeAsItself() throws {
        #expect("\(try #require(ErrorCode(wire: "com.amazon#AccessDenied:http://a")))" == "AccessDenied")
    }

    @Test(.needsVectors) func hasAllVectors() {
        #expect(ErrorCase.all.count == 12)
    }

    @Test(arguments: ErrorCase.all) func readsCodeAndMessage(example: ErrorCase) {
        let error = ServiceError(example.response.asCurlResponse)
        #expect(error.origin.code?.text == example.errorCode)
        #expect(error.message == example.errorMessage)
        #expect(error.origin.status == example.response.status_code)
    }

    @Test func looksInTheHeaderThenInCodeThenInType() {
        let body = #"{"__type": "Type", "code": "Code"}"#
        #expect(error(400, body, header: ("x-amzn-errortype", "Header")).origin.code?.text == "Header")
        #expect(error(400, body).origin.code?.text == "Code")
        #expect(error(400, #"{"__type": "a#Type:b#c", "code": 7}"#).origin.code?.text == "Type")
        #expect(error(400, body, header: ("x-amzn-errortype", "")).origin.code?.text == "Code")
        #expect(error(400, body, header: ("x-amzn-errortype", "Header:\u{301}b")).origin.code?.text == "Header")
    }

    @Test(arguments: [
        #"{"Nested": {"__type": "NotFoundException"}}"#, #"{"__type": null}"#, #"{"__type": ["NotFoundException"]}"#,
        #"{"__type": "ns#"}"#, #"{"__type": ":NotFoundException"}"#, #"{"__type": "<script>"}"#,
        #"{"__type": "a\nb"}"#, "", "{", "null", #""NotFoundException""#, "[1]", "\u{FEFF}", "<html>Bad Gateway</html>",
        "<ErrorResponse><Error/></ErrorResponse>",
        "<a><ErrorResponse><Error><Code>X</Code></Error></ErrorResponse></a>",
        "<ErrorResponse><Error><Code>Not a code</Code></Error></ErrorResponse>", "<ErrorResponse><Error><Code>X",
    ])
    func seesNoCodeWhereThereIsNone(body: String) {
        #expect(error(400, body).origin.code == nil)
        #expect(error(400, body).kind == .failed)
    }

    @Test func survivesABodyThatIsNoText() {
        let response = CurlResponse(status: 502, body: [0xFF, 0xFE, 0x00, 0xD8, 0x7B])
        #expect(ServiceError(response).kind == .transient)
    }

    @Test func survivesADeepBody() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(error(500, deep).kind == .transient)
    }

    @Test(arguments: [("message", "m"), ("Message", "M"), ("errorMessage", "e")])
    func readsTheMessageUnderEveryName(member: String, text: String) {
        #expect(error(400, #"{"\#(member)": "\#(text)"}"#).message == text)
    }

    @Test func prefersTheFirstNameOfTheMessage() {
        #expect(error(400, #"{"errorMessage": "e", "Message": "M", "message": "m"}"#).message == "m")
        #expect(error(400, #"{"errorMessage": "e", "Message": "M", "message": 1}"#).message == "M")
    }

    @Test(arguments: [
        ("4f1b-22", "4f1b-22"), ("a\tb", nil), ("", nil), (String(repeating: "x", count: 101), nil), ("<b>", nil),
    ])
    func showsOnlyASafeRequestID(value: String, shown: String?) {
        #expect(error(400, "", header: ("x-amzn-RequestId", value)).origin.requestID == shown)
    }

    @Test(
        arguments: [
            ("x-amz-retry-after", "1500", 1_500), ("x-amz-retry-after", "0", 0), ("Retry-After", "2", 2_000),
            ("x-amz-retry-after", "invalid", nil), ("x-amz-retry-after", "-100", nil),
            ("x-amz-retry-after", "1.5", nil),
            ("Retry-After", "Tue, 24 Nov 2026 08:00:00 GMT", nil), ("Retry-After", "99999999999999999999", nil),
        ] as [(String, String, Int64?)])
    func readsHowLongToWait(name: String, value: String, milliseconds: Int64?) {
        #expect(error(503, "", header: (name, value)).advisedDelay == milliseconds.map { .milliseconds($0) })
    }

    @Test(arguments: [
        "The requested job couldn't be found. Check the job name and try your request again.",
        "The requested job couldn’t be found.", "Job Could Not Be Found", "Not found", "It doesn't exist",
        "IT DOESN’T EXIST", "the job does not exist", "not found\u{301}",
    ])
    func knowsAnUnknownJobByTheMessage(message: String) {
        #expect(error(400, #"{"__type": "BadRequestException", "Message": "\#(message)"}"#).kind == .jobNotFound)
    }

    @Test func tellsInvalidInputFromOtherBadRequests() {
        let validation =
            "1 validation error detected: Value 'x/y' at 'transcriptionJobName' failed to satisfy constraint"
        #expect(error(400, #"{"__type": "BadRequestException", "Message": "\#(validation)"}"#).kind == .invalidRequest)
        #expect(error(400, #"{"__type": "BadRequestException", "Message": "Too busy"}"#).kind == .badRequest)
        #expect(error(400, #"{"__type": "BadRequestException"}"#).kind == .badRequest)
        #expect(error(400, #"{"__type": "OtherException", "Message": "not found"}"#).kind == .failed)
    }

    private func error(_ status: Int, _ body: String, header: (name: String, value: String)? = nil) -> ServiceError {
        ServiceError(
            CurlResponse(
                status: status, headers: CurlHeaders([header].compactMap(\.self)), body: Array(body.utf8)))
    }
}
