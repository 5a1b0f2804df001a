import Testing

@testable import TranscribeGateway

@Suite struct DoctorReportTests {
    @Test func showsFindingsInColumnsAndFailuresInTheSummary() {
        var section = DoctorReport.Section("Weather")
        section.add("sky", "blue")
        section.fail("street", "wet\u{1B}[31m")
        #expect("\(section)" == "Weather\n  sky     blue\n  street  wet\\u{1B}[31m")
        var report = DoctorReport()
        #expect(report.summary == "A look-up would work.")
        report.add(section)
        #expect(report.summary == "A look-up would fail. street: wet\\u{1B}[31m.")
    }

    @Test(
        arguments: [
            (0, "0 s"), (499, "0 s"), (500, "1 s"), (-59_000, "59 s"), (60_000, "1 min"), (61_000, "1 min 1 s"),
            (3_600_000, "1 h"), (3_601_000, "1 h"), (90_061_000, "1 d 1 h"),
        ] as [(Int64, String)])
    func tellsTimeInTwoUnits(milliseconds: Int64, words: String) {
        #expect("\(ElapsedTime(milliseconds: milliseconds))" == words)
    }
}
