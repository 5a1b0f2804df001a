import AWSEndpoints
import Testing

@Suite struct RegionTests {
    @Test(arguments: [
        "us-east-1", "us-gov-west-1", "us-isob-east-1", "cn-northwest-1", "eusc-de-east-1", "mx-central-1",
        "ap-southeast-12", "abcdefghij-klmnopqrst-uvwxyza-01",
    ])
    func acceptsTheFormOfEveryRegion(name: String) {
        #expect(Region(name)?.name == name)
    }

    @Test(arguments: [
        "", "r", "frankfurt", "-1", "us-east1", "us-east", "1-east-1", "us-1-1", "us_east_1", "US-EAST-1", "us--east-1",
        "-us-east-1", "us-east-1-", "us-east-1 ", " us-east-1", "us-east-1\n", "us-east-1.evil.example", "us-east-1/",
        "us-east-1\u{301}", "us-e\u{301}ast-1", "us-east-\u{661}", "abcdefghij-klmnopqrst-uvwxyza-012",
    ])
    func refusesEveryOtherForm(name: String) {
        #expect(Region(name) == nil)
    }
}
