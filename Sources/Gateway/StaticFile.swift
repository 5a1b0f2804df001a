import Crypto
import HTTPExchange
import HTTPTypes
import SigV4

/// A file that is part of the program.
package struct StaticFile: Sendable {
    let body: Body
    private let fields: FieldBlock
    private let eTag: String

    init(_ type: String, _ body: Body) {
        self.body = body
        eTag = "\"\(String(hexadecimal: SHA256.hash(data: body.bytes).prefix(12)))\""
        var fields = FieldBlock()
        fields.append(.contentType, type)
        // No longer than an old version may do harm after an update.
        fields.append(.cacheControl, "max-age=300")
        fields.append(.eTag, eTag)
        fields.append(contentsOf: .security)
        self.fields = fields
    }

    /// 200, or 304 if the client has this version.
    func reply(to visit: Visit, unless condition: IfNoneMatch?) -> Reply {
        var fields = fields
        fields.append(visit)
        let isKnown = condition?.matches(eTag) ?? false
        return Reply(status: isKnown ? .notModified : .ok, fields: fields, body: body)
    }

    /// By path.
    static let all = [
        "/style.css": StaticFile("text/css; charset=utf-8", Style.sheet),
        "/icon.svg": StaticFile("image/svg+xml", Style.icon),
        "/openapi.yaml": StaticFile("application/yaml", Body(PackageResources.openapi_yaml)),
        "/openapi.json": StaticFile("application/json", Body(PackageResources.openapi_json)),
    ]
}
