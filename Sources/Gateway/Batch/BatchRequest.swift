import HTTPExchange
import Transcribe

/// A request for several jobs at once.
struct BatchRequest: Sendable {
    /// In the order in which they were asked for, each once.
    let names: [JobName]
    /// The members of each job that the client wants.
    private(set) var fields: JobFields
    let directives: CacheDirectives
    let context: RequestContext

    init(
        _ names: [JobName], _ fields: JobFields, of request: borrowing Request, in context: consuming RequestContext
    ) {
        self.names = names
        self.fields = fields
        directives = CacheDirectives(of: request)
        self.context = context
    }

    /// The request for those members only that may still be seen when its reply is made, some time after it came.
    func narrowed(to allowed: JobFields) -> BatchRequest {
        var request = self
        request.fields.formIntersection(allowed)
        return request
    }
}

/// The query of `/jobs`: the names of the jobs, and which members of each the client wants.
///
/// `name` can be repeated, and holds several names with commas. One of `fields` and `view` may stand beside it.
struct BatchQuery {
    /// Names that a query may have, each counted as often as it is given.
    static let mostNames = 100

    /// In the order in which they are given, each once.
    let names: [JobName]
    let fields: JobFields

    /// The names are counted before the first is read, so that a refusal stays cheap.
    ///
    /// - Parameter allowed: the job members that may be seen at all.
    init(_ query: Substring, allowed: JobFields) throws(Problem) {
        let utf8 = query.utf8
        let bytes = utf8.span
        var (places, count): ([Range<Int>], Int) = ([], 0)
        var wanted = WantedFields(allowed: allowed)
        var rest = bytes.isEmpty ? nil : 0..<bytes.count
        while let members = rest {
            let (member, others) = bytes.divided(members, at: UInt8(ascii: "&"))
            rest = others
            let (key, value) = bytes.divided(member, at: UInt8(ascii: "="))
            let given = value ?? key.upperBound..<key.upperBound
            switch try QueryMember(bytes.extracting(key), among: QueryMember.ofBatch) {
            case .view: try wanted.addAll(view: bytes.extracting(given))
            case .fields, .wait, .format: try wanted.add(given, in: bytes)
            case .name:
                var list: Range<Int>? = given
                while let names = list {
                    let (name, others) = JobQuery.firstName(of: names, in: bytes)
                    (list, count) = (others, count + 1)
                    if count <= Self.mostNames { places.append(name) }
                }
            }
        }
        guard count > 0 else { throw .noNames }
        guard count <= Self.mostNames else { throw .tooManyNames(count, most: Self.mostNames) }
        fields = wanted.fields
        names = try Self.names(at: places, in: bytes)
    }

    private static func names(at places: [Range<Int>], in bytes: Span<UInt8>) throws(Problem) -> [JobName] {
        var (names, known): ([JobName], Set<JobName>) = ([], [])
        for (index, place) in places.enumerated() {
            do throws(JobNameError) {
                let name = try JobName(formValue: bytes.extracting(place))
                if known.insert(name).inserted { names.append(name) }
            } catch {
                throw places.count == 1 ? .invalidJobName(error) : .invalidJobName(error, index + 1, of: places.count)
            }
        }
        return names
    }
}

extension Problem {
    fileprivate static let noNames = Problem(
        .invalidQuery, "The query names no job. Give /jobs?name=NAME, or several names with commas between them.")

    fileprivate static func tooManyNames(_ count: Int, most: Int) -> Problem {
        .invalidQuery("The query has \(count) names, and may have \(most). Ask for the others in further requests.")
    }

    /// - Parameters:
    ///   - position: from 1.
    ///   - count: of the names in the query.
    fileprivate static func invalidJobName(_ error: JobNameError, _ position: Int, of count: Int) -> Problem {
        Problem(.invalidJobName, "Name \(position) of \(count) is not valid. \(error.description)")
    }
}
