import Testing

@testable import TranscribeGateway

/// The whole sentence for one bad value of each kind.
@Suite struct ConfigurationErrorTests {
    @Test(arguments: [
        (
            "listen.host=example.com",
            #"--set listen.host is "example.com", but must be an IPv4 or IPv6 address, localhost, or unix: and the path of "#
                + "a socket, which begins with / and has 107 bytes at most."
        ),
        (
            "listen.port=99999",
            #"--set listen.port is "99999", but must be a port number from 0 to 65535."#
        ),
        (
            "listen.threads=0",
            #"--set listen.threads is "0", but must be auto or a whole number from 1 to 256."#
        ),
        (
            "listen.hosts=a:80",
            #"--set listen.hosts is "a:80", but must be * or host names without a port, separated by commas."#
        ),
        (
            "listen.connections=1",
            #"--set listen.connections is "1", but must be a whole number from 16 to 1000000."#
        ),
        (
            "listen.idleTimeout=75",
            #"--set listen.idleTimeout is "75", but must be a duration from 1s to 1h, "#
                + "written like 500ms, 5s, 2m or 1h."
        ),
        (
            "jobs.fields=status,patient",
            #"--set jobs.fields is "status,patient", but must be all or some of name, status, done, createdAt, "#
                + "startedAt, completedAt, transcriptUri, failureReason, languageCode, mediaFormat, "
                + "mediaSampleRateHertz, mediaUri, redactedMediaUri, settings, specialty, type, "
                + "contentIdentificationType, tags, separated by commas."
        ),
        (
            "cache.capacity=64MB",
            #"--set cache.capacity is "64MB", but must be a size from 1MiB to 64GiB, "#
                + "written like 512KiB, 64MiB or 1GiB."
        ),
        (
            "cache.clients=always",
            #"--set cache.clients is "always", but must be one of revalidate, max-age, no-store."#
        ),
        (
            "limits.upstream.rate=20",
            #"--set limits.upstream.rate is "20", but must be 0 (no limit) or a rate up to 10000/s, "#
                + "written like 20/s or 600/m."
        ),
        (
            "log.names=yes",
            #"--set log.names is "yes", but must be true or false."#
        ),
        (
            "log.format=xml",
            #"--set log.format is "xml", but must be one of json, console, auto."#
        ),
    ])
    func saysKeyValueAndWhatIsAllowed(assignment: String, sentence: String) {
        #expect(sentences(set: [assignment]) == [sentence])
    }

    @Test(arguments: [
        (
            ["limits.client.burst=0"],
            #"--set limits.client.burst is "0", but must be at least 1 unless limits.client.rate ("100/s") is 0."#
        ),
        (
            ["limits.upstream.burst=0"],
            #"--set limits.upstream.burst is "0", but must be at least 1 unless limits.upstream.rate ("15/s") is 0."#
        ),
        (
            ["upstream.timeout=500ms"],
            #"upstream.connectTimeout is "1s", but must be no longer than --set upstream.timeout ("500ms")."#
        ),
        (
            ["listen.port=8081"],
            #"admin.port is "8081", but must be 0 or another port than --set listen.port ("8081")."#
        ),
    ])
    func refusesValuesThatDoNotGoTogether(assignments: [String], sentence: String) {
        #expect(sentences(set: assignments) == [sentence])
    }

    @Test(arguments: [
        ["limits.client.burst=0", "limits.client.rate=0"], ["listen.port=0", "admin.port=0"],
        ["upstream.timeout=1s", "upstream.connectTimeout=1s"],
    ])
    func acceptsValuesThatGoTogether(assignments: [String]) {
        #expect(sentences(set: assignments) == [])
    }

    @Test func showsNoControlCharactersAndNoEndOfALongValue() {
        let sentence = sentences(["GATEWAY_LISTEN_PORT": "1\u{1B}[2J\n\u{2028}é"])
        #expect(
            sentence == [
                #"GATEWAY_LISTEN_PORT is "1\u{1B}[2J\n\u{2028}\u{00E9}", but must be a port number from 0 to 65535."#
            ])
        let long = sentences(["GATEWAY_LISTEN_PORT": String(repeating: "9", count: 100_000)])
        #expect(long.first.map { $0.count < 300 } == true)
    }

    @Test func warnsOfAnyHostOnlyIfNoSourceSetsIt() throws {
        let open = try load(["GATEWAY_LISTEN_HOST": "0.0.0.0"])
        #expect(open.listen.hosts.names == nil)
        #expect(
            open.warnings()
                == ["listen.hosts is * because listen.host is not loopback; list the host names to refuse all others."])
        #expect(try load(["GATEWAY_LISTEN_HOST": "0.0.0.0", "GATEWAY_LISTEN_HOSTS": "*"]).warnings() == [])
        #expect(try load().warnings() == [])
        #expect(
            try load(["GATEWAY_WATCH_LIMIT": "9001"]).warnings() == [
                "watch.limit (9001) leaves other requests less than a tenth of listen.connections (10000); lower it, or "
                    + "raise listen.connections."
            ])
        #expect(try load(["GATEWAY_WATCH_LIMIT": "9000"]).warnings() == [])
    }
}
