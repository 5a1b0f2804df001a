import HTTPExchange
import Synchronization
import Testing

@testable import MicroHTTPD

@Suite final class ConnectionPlacesTests: Sendable {
    private let freed = Atomic(0)

    private func places(limit: Int = 10, addressLimit: Int = 0, exempt: [AddressRange] = []) -> ConnectionPlaces {
        ConnectionPlaces(limit: limit, addressLimit: addressLimit, exempt: exempt) { [self] in
            freed.add(1, ordering: .relaxed)
        }
    }

    private func peer(_ text: String) throws -> PeerAddress { try #require(PeerAddress(text)) }

    @Test func countsTheAddressesOfAnIPv6NetworkAsOne() throws {
        let places = places(addressLimit: 2)
        let peers = try ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::3"].map(peer)
        #expect(places.take(1, of: peers[0]))
        #expect(places.take(2, of: peers[1]))
        #expect(!places.take(3, of: peers[2]))
        #expect(places.take(4, of: peers[3]))
        places.giveBack(of: peers[0])
        #expect(places.take(5, of: peers[2]))
        #expect(places.takenCount == 3)
    }

    /// Those over which the server asks its threads.
    @Test func givesItsOwnConnectionsNoPlaces() throws {
        let (places, client) = (places(limit: 1, addressLimit: 1), try peer("10.0.0.1"))
        #expect(places.take(1, of: .server) && places.take(2, of: .server))
        #expect(!places.areTaken && places.unbegunCount == 2)
        #expect(places.take(3, of: client))
        #expect(places.begin(1) == .server)
        places.giveBack(of: .server)
        places.giveBack(unbegun: 2)
        #expect(places.areTaken && places.unbegunCount == 1)
        // A question that never began leaves its descriptor to a client.
        places.giveBack(of: client)
        #expect(places.take(4, of: .server) && places.take(4, of: client))
        #expect(places.takenCount == 1)
    }

    @Test func setsNoLimitOfAnAddressForAProxyOrWithoutOne() throws {
        let client = try peer("10.0.0.1")
        let unlimited = places(addressLimit: 0)
        #expect((1...9).allSatisfy { unlimited.take($0, of: client) })
        let proxied = places(addressLimit: 1, exempt: [try #require(AddressRange("10.0.0.0/8"))])
        #expect((1...9).allSatisfy { proxied.take($0, of: client) })
        #expect(proxied.takenCount == 9)
    }

    /// A connection that ends counts as it did when it came.
    @Test func aPeerThatIsExemptNoMoreHasTheLimit() throws {
        let client = try peer("10.0.0.1")
        let places = places(addressLimit: 2, exempt: [try #require(AddressRange("10.0.0.0/8"))])
        #expect((1...3).allSatisfy { places.take($0, of: client) })
        places.change(exempt: [])
        #expect(!places.take(4, of: client))
        for _ in 1...2 { places.giveBack(of: client) }
        #expect(places.take(5, of: client) && !places.take(6, of: client))
        places.change(exempt: [try #require(AddressRange("10.0.0.1"))])
        #expect(places.take(7, of: client) && places.takenCount == 3)
    }

    @Test func saysOnceWhenAPlaceBecomesFreeThatIsWaitedFor() throws {
        let (places, client) = (places(limit: 2), try peer("10.0.0.1"))
        #expect(places.waitForPlace())
        #expect(places.take(1, of: client) && places.take(2, of: client))
        places.giveBack(of: client)
        #expect(freed.load(ordering: .relaxed) == 0)
        #expect(places.take(3, of: client))
        #expect(!places.waitForPlace())
        #expect(places.isWaitedFor)
        places.giveBack(of: client)
        places.giveBack(of: client)
        #expect(freed.load(ordering: .relaxed) == 1)
        #expect(!places.isWaitedFor && places.waitForPlace())
    }

    @Test func hasAsManyPlacesAsItsLimit() throws {
        let (places, client) = (places(limit: 2), try peer("10.0.0.1"))
        #expect(!places.areTaken && places.take(1, of: client))
        #expect(!places.areTaken && places.take(2, of: client))
        #expect(places.areTaken)
        places.giveBack(of: client)
        #expect(!places.areTaken)
    }

    @Test func givesThePeerToTheConnectionThatBegins() throws {
        let (places, client) = (places(), try peer("10.0.0.1"))
        #expect(places.take(7, of: client))
        #expect(places.unbegunCount == 1)
        #expect(places.begin(7) == client)
        #expect(places.begin(7) == nil)
        #expect(places.unbegunCount == 0)
        #expect(places.takenCount == 1)
    }

    /// The library closes a connection without a word if it has no memory for it.
    @Test func takesBackThePlaceOfAConnectionThatNeverBegan() throws {
        let (places, client, other) = (places(addressLimit: 1), try peer("10.0.0.1"), try peer("10.0.0.2"))
        #expect(places.take(7, of: client))
        #expect(places.take(7, of: other))
        #expect(places.takenCount == 1)
        #expect(places.take(8, of: client))
        places.giveBack(unbegun: 8)
        places.giveBack(unbegun: 8)
        #expect(places.takenCount == 1)
        #expect(places.take(9, of: client))
    }
}
