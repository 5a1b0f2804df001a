import AWSEndpoints
import Testing

@Suite struct PartitionTests {
    @Test(arguments: [
        ("us-east-1", Partition.aws), ("mx-central-1", .aws), ("cn-north-1", .china), ("us-gov-west-1", .govCloud),
        ("us-iso-east-1", .iso), ("us-isob-east-1", .isoB), ("eu-isoe-west-1", .isoE), ("us-isof-south-1", .isoF),
        ("eusc-de-east-1", .europeanSovereignCloud),
        // Of no known shape.
        ("eusc-fr-east-1", .aws), ("cn-north", .aws), ("us-gov-west-x", .aws), ("cn--1", .aws), ("", .aws),
    ])
    func goesByTheShapeOfTheRegion(region: String, partition: Partition) {
        #expect(Partition(ofRegion: region) == partition)
    }
}
