import Cgroups
import LinuxKernel
import OCISpec

@testable import ContainerPlan
@testable import JSON

func testText(_ bytes: [UInt8]) {
  testJSON(bytes)
  let text = String(decoding: bytes, as: UTF8.self)
  testMountOptions(text)
  testPaths(text)
}

private func testJSON(_ bytes: [UInt8]) {
  do throws(JSONError) {
    let value = try decodeJSON(AnyJSON.self, from: bytes)
    let compact = encodeJSON(value, style: .compact)
    for text in [compact, encodeJSON(value, style: .pretty(indent: "\t"))] {
      let again = try decodeJSON(AnyJSON.self, from: text)
      require(encodeJSON(again, style: .compact) == compact, "encodes to another text")
    }
  } catch {
    requireSentence(error.description)
  }
  let key = String(decoding: bytes, as: UTF8.self)
  require(unescaped(escapedForPointer(key)) == Array(key.utf8), "the pointer is of another key")
}

/// The key that stands in a pointer (RFC 6901, section 4).
private func unescaped(_ token: String) -> [UInt8] {
  var key: [UInt8] = []
  var isEscape = false
  for byte in token.utf8 {
    require(byte != UInt8(ascii: "/"), "a slash within a pointer's token")
    if isEscape {
      key.append(byte == UInt8(ascii: "0") ? UInt8(ascii: "~") : UInt8(ascii: "/"))
      isEscape = false
    } else if byte == UInt8(ascii: "~") {
      isEscape = true
    } else {
      key.append(byte)
    }
  }
  return key
}

private func testMountOptions(_ text: String) {
  let words = text.utf8.split(separator: UInt8(ascii: ",")).map { String($0) ?? "" }
  let options = MountOptions(words)
  require(options.set.isDisjoint(with: options.clear), "set and cleared")
  require(options.recursiveSet.isDisjoint(with: options.recursiveClear), "set and cleared below")
  require(options.parameters.allSatisfy(words.contains), "a parameter that nobody gave")
  // What is left for the file system means nothing to the mount.
  var rest = MountOptions(options.parameters)
  require(rest.parameters == options.parameters, "a parameter is lost")
  rest.parameters = []
  require(rest == MountOptions(), "a parameter is an option")
}

private func testPaths(_ path: String) {
  guard !path.utf8.contains(0) else { return }
  func components(_ path: String) -> [[UInt8]] {
    path.utf8.split(separator: UInt8(ascii: "/")).map { Array($0) }
  }
  let (above, name) = split(path)
  let named = components(name)
  require(named.count < 2, "a name has a slash")
  require(
    (components(above) + named).filter { $0 != [0x2e] }
      == components(path).filter { $0 != [0x2e] }, "split leads elsewhere")
  var expected: [[UInt8]] = []
  for component in components(path) where component != [0x2e] {
    if component == [0x2e, 0x2e] { _ = expected.popLast() } else { expected.append(component) }
  }
  require(components(clean(path)) == expected, "clean leads elsewhere")
  require(clean(path).utf8.first == UInt8(ascii: "/"), "clean is not from the root on")
  require(components(CgroupPaths.clean(path)) == expected, "clean leads to another cgroup")
}
