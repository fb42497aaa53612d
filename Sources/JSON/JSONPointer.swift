/// A key as it stands in a JSON pointer (RFC 6901, section 3).
func escapedForPointer(_ key: String) -> String {
  guard key.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else {
    return key
  }
  var escaped = ""
  for scalar in key.unicodeScalars {
    switch scalar {
    case "~": escaped += "~0"
    case "/": escaped += "~1"
    default: escaped.unicodeScalars.append(scalar)
    }
  }
  return escaped
}

// Where a node is found out only when somebody wants to know: no path is kept while decoding.
extension JSONText {
  enum Step {
    case key(String)
    case index(Int)
  }

  /// The keys and indices that lead from the root to a value.
  func path(to target: Int) -> [Step] {
    var steps: [Step] = []
    var node = 0
    while node != target {
      let isObject = nodes[node].kind == .object
      let end = after(node)
      var index = 0
      var child = node + 1
      while child < end {
        let value = isObject ? child + 1 : child
        if target < after(value) {
          steps.append(isObject ? .key(string(child)) : .index(index))
          node = value
          break
        }
        child = after(value)
        index += 1
      }
      guard child < end else { break }
      // A key's node leads to its value's.
      if isObject, target == child { break }
    }
    return steps
  }

  func pointer(to node: Int) -> String {
    path(to: node).reduce(into: "") { pointer, step in
      switch step {
      case .key(let key): pointer += "/" + escapedForPointer(key)
      case .index(let index): pointer += "/\(index)"
      }
    }
  }
}
