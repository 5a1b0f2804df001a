/// How a line breaks the format of shared configuration files. The raw value is for people; the words are those of the
/// test cases that the AWS SDKs share.
public enum SyntaxFault: String, Error, Sendable, CustomStringConvertible {
    case unclosedDefinition = "profile definition must end with ']'"
    case outsideProfile = "expected a profile definition"
    case missingEquals = "expected an '=' sign defining a property"
    case unnamedProperty = "property did not have a name"
    case strayContinuation = "expected a property definition, found continuation"
    case missingEqualsInSubproperty = "expected an '=' sign defining a sub-property"
    case unnamedSubproperty = "sub-property did not have a name"

    /// The raw value.
    public var description: String { rawValue }
}
