import Formats
import Testing

@Suite struct TimestampTests {
    /// Seconds since the epoch as `date -u -d TEXT +%s` gives them.
    static let moments: [(seconds: Int64, rfc3339: String, basic: String, http: String)] = [
        (0, "1970-01-01T00:00:00.000Z", "19700101T000000Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
        (-1, "1969-12-31T23:59:59.000Z", "19691231T235959Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
        (-2_203_891_200, "1900-03-01T00:00:00.000Z", "19000301T000000Z", "Thu, 01 Mar 1900 00:00:00 GMT"),
        (784_111_777, "1994-11-06T08:49:37.000Z", "19941106T084937Z", "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400, "2000-02-29T00:00:00.000Z", "20000229T000000Z", "Tue, 29 Feb 2000 00:00:00 GMT"),
        (1_440_938_160, "2015-08-30T12:36:00.000Z", "20150830T123600Z", "Sun, 30 Aug 2015 12:36:00 GMT"),
        (1_709_251_199, "2024-02-29T23:59:59.000Z", "20240229T235959Z", "Thu, 29 Feb 2024 23:59:59 GMT"),
        (1_709_251_200, "2024-03-01T00:00:00.000Z", "20240301T000000Z", "Fri, 01 Mar 2024 00:00:00 GMT"),
        (4_107_542_399, "2100-02-28T23:59:59.000Z", "21000228T235959Z", "Sun, 28 Feb 2100 23:59:59 GMT"),
        (4_107_542_400, "2100-03-01T00:00:00.000Z", "21000301T000000Z", "Mon, 01 Mar 2100 00:00:00 GMT"),
        (253_402_300_799, "9999-12-31T23:59:59.000Z", "99991231T235959Z", "Fri, 31 Dec 9999 23:59:59 GMT"),
        (-62_167_219_200, "0000-01-01T00:00:00.000Z", "00000101T000000Z", "Sat, 01 Jan 0000 00:00:00 GMT"),
    ]

    @Test(arguments: moments)
    func writesAndReadsEachForm(seconds: Int64, rfc3339: String, basic: String, http: String) {
        let time = Timestamp(millisecondsSinceEpoch: seconds * 1000)
        #expect(time.rfc3339 == rfc3339)
        #expect(time.basicFormat == basic)
        #expect(time.date == basic.prefix(8))
        #expect(time.httpDate == http)
        #expect(Timestamp(rfc3339: rfc3339) == time)
        #expect(Timestamp(basicFormat: basic) == time)
        #expect(Timestamp(httpDate: http) == time)
    }

    // Days and seconds by `date -u -d @…`.
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_399_999, "2000-02-28T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (951_868_800_000, "2000-03-01T00:00:00.000Z"),
        (1_795_500_525_188, "2026-11-24T06:08:45.188Z"),
        (1_709_164_800_007, "2024-02-29T00:00:00.007Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        (-2_203_891_200_000, "1900-03-01T00:00:00.000Z"),
        (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ])
    func writesTimesInUTCWithMilliseconds(milliseconds: Int64, expected: String) {
        #expect(Timestamp(millisecondsSinceEpoch: milliseconds).rfc3339 == expected)
    }

    @Test func readsBackEveryDayOfFourCenturies() {
        for day in Int64(-73_049)...73_048 {
            let time = Timestamp(millisecondsSinceEpoch: day * 86_400_000 + 1)
            #expect(Timestamp(rfc3339: time.rfc3339) == time)
        }
    }

    @Test func writesMillisecondsBeforeTheEpochWithinTheirDay() {
        #expect(Timestamp(millisecondsSinceEpoch: -1).rfc3339 == "1969-12-31T23:59:59.999Z")
        #expect(Timestamp(millisecondsSinceEpoch: -1).basicFormat == "19691231T235959Z")
    }

    @Test(arguments: [
        (1_795_500_525.188, 1_795_500_525_188 as Int64), (1_795_500_525.1875, 1_795_500_525_188),
        (-0.001, -1), (0.0004, 0), (1.795500525188E9, 1_795_500_525_188),
    ])
    func roundsSecondsToMilliseconds(seconds: Double, milliseconds: Int64) {
        #expect(Timestamp(secondsSinceEpoch: seconds).millisecondsSinceEpoch == milliseconds)
    }

    @Test func takesEveryMillisecondOfASecondFromItsDecimalForm() {
        for millisecond in Int64(0)..<1000 {
            let time = Timestamp(secondsSinceEpoch: Double("1795500525.\(String(millisecond + 1000).dropFirst())")!)
            #expect(time.millisecondsSinceEpoch == 1_795_500_525_000 + millisecond)
        }
    }

    @Test func clampsWhatTheTextFormsCannotWrite() {
        let first = Timestamp(rfc3339: "0000-01-01T00:00:00Z")!
        let last = Timestamp(rfc3339: "9999-12-31T23:59:59.999Z")!
        #expect(Timestamp(millisecondsSinceEpoch: .min) == first)
        #expect(Timestamp(millisecondsSinceEpoch: .max) == last)
        #expect(Timestamp(secondsSinceEpoch: 1e300) == last)
        #expect(Timestamp(secondsSinceEpoch: -.infinity) == first)
        #expect(Timestamp(secondsSinceEpoch: .nan) == first)
        #expect(Timestamp(rfc3339: "9999-12-31T23:59:59.9999Z") == last)
        #expect(last.adding(milliseconds: .max) == last)
        #expect(first.adding(milliseconds: .min) == first)
    }

    @Test func addsSubtractsAndOrders() {
        let time = Timestamp(millisecondsSinceEpoch: 1_000)
        #expect(time.adding(milliseconds: -1_500).millisecondsSinceEpoch == -500)
        #expect(time.adding(milliseconds: 5).milliseconds(since: time) == 5)
        #expect(time.milliseconds(since: time.adding(milliseconds: 5)) == -5)
        #expect(time < time.adding(milliseconds: 1))
    }
}
