import JSON

func decode<T: Decodable>(_ type: T.Type, _ text: String) throws(JSONError) -> T {
  try decodeJSON(type, from: Array(text.utf8))
}

func encode(_ value: some Encodable, _ style: JSONStyle = .compact) -> String {
  String(decoding: encodeJSON(value, style: style), as: UTF8.self)
}

/// Any JSON value: it goes wherever the text goes.
indirect enum Anything: Codable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([Anything])
  case object([String: Anything])

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let bool = try? value.decode(Bool.self) {
      self = .bool(bool)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let string = try? value.decode(String.self) {
      self = .string(string)
    } else if let array = try? value.decode([Anything].self) {
      self = .array(array)
    } else {
      self = .object(try value.decode([String: Anything].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .null: try value.encodeNil()
    case .bool(let bool): try value.encode(bool)
    case .number(let number): try value.encode(number)
    case .string(let string): try value.encode(string)
    case .array(let array): try value.encode(array)
    case .object(let object): try value.encode(object)
    }
  }
}
