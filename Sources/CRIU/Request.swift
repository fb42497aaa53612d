/// What CRIU is asked for (CRIU's images/rpc.proto, `criu_req`).
public struct CRIURequest: Equatable, Sendable {
  /// Kinds of requests, and of the answers to them.
  public enum Kind: Int32, Sendable {
    /// Saves a tree of processes.
    case dump = 1
    /// Makes it anew.
    case restore = 2
    /// Saves memory only, ahead of a dump.
    case preDump = 4
    /// Tells what happens meanwhile; waits for an answer.
    case notify = 6
    /// Tells what this CRIU and kernel can do.
    case featureCheck = 9
    /// Tells CRIU's version.
    case version = 10
  }

  /// What this CRIU and kernel may be able to do (`criu_features`).
  public enum Feature: UInt64, Sendable {
    /// Telling which pages have been written to.
    case memoryTracking = 1
    /// Fetching pages when they are needed.
    case lazyPages = 2
  }

  /// What is asked for.
  public let kind: Kind
  /// How it is to be done.
  public var options: CRIUOptions?
  /// Whether what a notification asked for has been done.
  public var isDone: Bool?
  /// Whether another request follows over the same connection: only where nothing is saved or made.
  public var isFollowed = false
  /// What is asked after.
  public var feature: Feature?

  /// A request that says no more than its kind.
  public init(_ kind: Kind) { self.kind = kind }

  /// As it is sent.
  public var encoded: [UInt8] {
    var message = ProtobufWriter()
    message.add(1, kind.rawValue)
    if let options { message.add(2) { options.write(to: &$0) } }
    message.add(3, isDone)
    if isFollowed { message.add(4, true) }
    if let feature { message.add(5) { $0.add(feature.rawValue, true) } }
    return message.bytes
  }
}
