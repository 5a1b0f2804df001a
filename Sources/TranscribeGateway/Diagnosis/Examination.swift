import AWSCredentials
import Curl
import SigV4
import Transcribe

/// Walks the way to AWS step by step, as `serve` would, and tells each step as soon as it is done.
struct Examination {
    let environment: [String: String]
    let settings: UpstreamSettings
    let client: CurlClient
    let tell: (Diagnosis.Section) -> Void

    /// - Parameter job: makes one signed call for the job of this name.
    /// - Throws: ``ExitCode`` 78 where the settings say no place to ask, after what is wrong was said on standard error.
    func diagnosis(lookingUp job: JobName?) async throws -> Diagnosis {
        var diagnosis = Diagnosis()
        let report = await chain.report(at: .wallTime)
        tell(await section(for: report), in: &diagnosis)
        let location = try AWSLocation(environment: environment)
        tell(await section(for: location), in: &diagnosis)
        if let job, let credentials = report.credentials {
            tell(Diagnosis.Section(try await answer(for: job, at: location, with: credentials)), in: &diagnosis)
        }
        return diagnosis
    }

    private func tell(_ section: Diagnosis.Section, in diagnosis: inout Diagnosis) {
        diagnosis.add(section)
        tell(section)
    }

    private var chain: CredentialsChain {
        CredentialsChain(environment: environment, files: FileReader(), transport: client)
    }
}

// MARK: - The steps

extension Examination {
    private func section(for report: ChainReport) async -> Diagnosis.Section {
        var section = Diagnosis.Section(report, at: .wallTime)
        guard let credentials = report.credentials, section.obstacles.isEmpty else { return section }
        let identities = CallerIdentities(environment: environment, files: FileReader(), transport: client)
        do throws(CredentialsError) {
            section.note(identity: .success(try await identities.identity(of: credentials, at: .wallTime)))
        } catch {
            section.note(identity: .failure(error))
        }
        return section
    }

    private func section(for location: AWSLocation) async -> Diagnosis.Section {
        var section = Diagnosis.Section(location)
        let sent = Timestamp.wallTime
        do throws(CurlError) {
            let request = CurlRequest(method: "HEAD", url: location.endpoint.url + "/")
            let response = try await client.perform(request, deadline: .now + settings.timeout)
            let clock = ClockComparison(date: response.headers["Date"], sent: sent, received: .wallTime)
            section.note(clock: .success(clock))
        } catch {
            section.note(clock: .failure(error))
        }
        return section
    }

    private func answer(
        for job: JobName, at location: AWSLocation, with credentials: Credentials
    ) async throws(EndpointError) -> Result<JobAnswer, TranscribeError> {
        let transcribe = try TranscribeClient(
            endpoint: location.endpoint, transport: client, credentials: OneSet(credentials: credentials),
            policy: RetryPolicy(attempts: settings.attempts))
        do throws(TranscribeError) {
            return .success(try await transcribe.job(named: job, deadline: .now + settings.timeout))
        } catch {
            return .failure(error)
        }
    }
}

/// The set that was found, and no other: what AWS says of it is what is wanted.
private struct OneSet: CredentialsSource {
    let credentials: Credentials

    func current(by deadline: ContinuousClock.Instant) async throws(CredentialsUnavailable) -> Credentials {
        credentials
    }

    func replacement(
        for rejected: Credentials, by deadline: ContinuousClock.Instant
    ) async throws(CredentialsUnavailable) -> Credentials { credentials }
}
