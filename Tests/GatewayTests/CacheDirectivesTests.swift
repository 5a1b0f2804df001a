import Testing

@testable import Gateway

@Suite struct CacheDirectivesTests {
    @Test(
        arguments: [
            ("no-cache", 0, nil), ("max-age=5", 5, nil), ("MAX-AGE = 5", 5, nil), (" max-age=\"7\" ", 7, nil),
            ("max-age=9, max-age=3", 3, nil), ("max-age=9, no-cache", 0, nil), ("no-cache, max-age=9", 0, nil),
            ("max-age=-1", nil, nil), ("max-age=soon", nil, nil), ("max-age", nil, nil), ("max-age=", nil, nil),
            ("max-age=99999999999999999999", Int(Int32.max), nil), ("max-stale=60", nil, 60), ("max-stale", nil, .max),
            ("max-stale, max-stale=4", nil, 4), ("max-stale=x", nil, nil), ("no-store, no-transform, x=1", nil, nil),
            ("", nil, nil), (",,,=,", nil, nil), ("x,\u{301}y, max-age=3", 3, nil), ("\u{600},max-age=3", 3, nil),
            ("max-age=\u{301}3", nil, nil), ("max-stale=\u{301}", nil, nil), ("\u{600}=1,max-stale=2", nil, 2),
            ("max-age=1, max-stale=2", 1, 2),
        ] as [(String, Int?, Int?)])
    func readsWhatMeansSomething(value: String, maxAge: Int?, maxStale: Int?) {
        let directives = CacheDirectives(value)
        #expect(directives.maxAge == maxAge)
        #expect(directives.maxStale == maxStale)
        #expect(!directives.onlyIfCached)
    }

    @Test func readsThirtyTwoDirectives() {
        let fillers = { String(repeating: "x,", count: $0) }
        #expect(CacheDirectives(fillers(31) + "max-age=3").maxAge == 3)
        #expect(CacheDirectives(fillers(32) + "max-age=3").maxAge == nil)
    }

    @Test func knowsWhoWantsNothingFromAWS() {
        #expect(CacheDirectives("max-stale=5, Only-If-Cached").onlyIfCached)
    }
}
