/// A message (D-Bus Specification, Message Format).
public struct Message: Equatable, Sendable {
  /// What a message is.
  public enum Kind: UInt8, Sendable {
    /// A call, which wants an answer.
    case call = 1
    /// An answer.
    case answer = 2
    /// An answer that is an error.
    case error = 3
    /// A signal, to all who asked for it.
    case signal = 4
  }

  /// What it is.
  public var kind: Kind
  /// The sender's number for it.
  public var serial: UInt32 = 0
  /// Of an answer: the number of the call.
  public var replySerial: UInt32 = 0
  /// The object that is called, or has sent a signal.
  public var path = ""
  /// Whose method or signal.
  public var interface = ""
  /// The method or signal.
  public var member = ""
  /// The name of an error.
  public var errorName = ""
  /// Who is to get it.
  public var destination = ""
  /// What it carries.
  public var body: [Value] = []

  /// A call of a method of an object.
  public init(
    calling interface: String, _ member: String, of path: String, at destination: String,
    _ body: [Value] = []
  ) {
    kind = .call
    self.interface = interface
    self.member = member
    self.path = path
    self.destination = destination
    self.body = body
  }

  /// The longest message that the specification allows.
  static let longest = 1 << 27

  private static var order: UInt8 {
    UInt16(1).littleEndian == 1 ? UInt8(ascii: "l") : UInt8(ascii: "B")
  }

  /// Its bytes.
  func encoded() -> [UInt8] {
    var content = Encoder()
    for value in body { content.append(value) }
    var message = Encoder()
    message.append(.byte(Self.order))
    message.append(.byte(kind.rawValue))
    message.append(.byte(0))
    message.append(.byte(1))  // the protocol's version
    message.append(.uint32(UInt32(content.bytes.count)))
    message.append(.uint32(serial))
    var fields: [(UInt8, Value)] = []
    if !path.isEmpty { fields.append((1, .objectPath(path))) }
    if !interface.isEmpty { fields.append((2, .string(interface))) }
    if !member.isEmpty { fields.append((3, .string(member))) }
    if !errorName.isEmpty { fields.append((4, .string(errorName))) }
    if replySerial != 0 { fields.append((5, .uint32(replySerial))) }
    if !destination.isEmpty { fields.append((6, .string(destination))) }
    if !body.isEmpty { fields.append((8, .type(body.map(\.signature).joined()))) }
    message.append(
      .array(of: "(yv)", fields.map { .structure([.byte($0.0), .variant($0.1)]) }))
    message.align(to: 8)
    return message.bytes + content.bytes
  }

  /// How many bytes a message has that begins with these, or nil if that can't be told yet.
  static func length(_ bytes: [UInt8]) throws(DBusError) -> Int? {
    guard bytes.count >= 16 else { return nil }
    var decoder = Decoder(bytes, from: 4, isSwapped: bytes[0] != order)
    let content = Int(try decoder.number(UInt32.self))
    _ = try decoder.number(UInt32.self)
    let fields = Int(try decoder.number(UInt32.self))
    let length = (16 + fields + 7) / 8 * 8 + content
    guard length <= longest else { throw .malformed("it is longer than a message may be") }
    return length
  }

  /// Reads a whole message. Nil for one of a kind that is not known here, which is to be ignored.
  init?(_ bytes: [UInt8]) throws(DBusError) {
    guard bytes.count >= 16, bytes[0] == UInt8(ascii: "l") || bytes[0] == UInt8(ascii: "B") else {
      throw .malformed("its first byte names no byte order")
    }
    guard let kind = Kind(rawValue: bytes[1]) else { return nil }
    self.kind = kind
    let isSwapped = bytes[0] != Self.order
    var decoder = Decoder(bytes, from: 8, isSwapped: isSwapped)
    serial = try decoder.number(UInt32.self)
    var signature = ""
    guard case .array(_, let fields)? = try decoder.values(of: "a(yv)").first else { return nil }
    for field in fields {
      guard case .structure(let pair) = field, pair.count == 2, case .byte(let code) = pair[0],
        case .variant(let value) = pair[1]
      else { continue }
      switch (code, value) {
      case (1, .objectPath(let text)): path = text
      case (2, .string(let text)): interface = text
      case (3, .string(let text)): member = text
      case (4, .string(let text)): errorName = text
      case (5, .uint32(let number)): replySerial = number
      case (6, .string(let text)): destination = text
      case (8, .type(let text)): signature = text
      default: continue
      }
    }
    try decoder.align(to: 8)
    body = try decoder.values(of: signature)
  }
}
