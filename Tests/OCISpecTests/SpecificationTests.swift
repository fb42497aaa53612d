import Foundation
import Testing

/// docs/spec.md says which test shows that a property works. These hold it to its word.
struct SpecificationTests {
  /// A row of one of its tables: what it is about, and the tests.
  private struct Row {
    let subject: String
    let tests: [Substring]
  }

  private static let root = #filePath.replacing(
    "/Tests/OCISpecTests/SpecificationTests.swift", with: "")

  /// The rows below a heading.
  private func rows(below heading: String) throws -> [Row] {
    let page = try String(contentsOfFile: "\(Self.root)/docs/spec.md", encoding: .utf8)
    let part = try #require(page.components(separatedBy: "\n## \(heading)\n").dropFirst().first)
    let text = part.components(separatedBy: "\n## ")[0]
    return text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
      let cells = line.split(separator: "|")
      return Row(
        subject: String(quoted(cells[0]).first ?? ""),
        tests: cells.count > 1 ? quoted(cells[1]) : [])
    }
  }

  /// What stands in backquotes.
  private func quoted(_ cell: Substring) -> [Substring] {
    let parts = cell.split(separator: "`", omittingEmptySubsequences: false)
    return parts.indices.filter { $0 % 2 == 1 }.map { parts[$0] }
  }

  /// The objects of config.json of which all keys are welcome.
  private let dictionaries = [
    "annotations", "linux.sysctl", "linux.netDevices", "linux.timeOffsets",
    "linux.resources.rdma", "linux.resources.unified",
  ]

  /// The keys of a JSON text: "linux.devices[].path"; those of dictionaries are "*".
  private func keys(of value: Any, at path: String = "", _ dictionaries: [String]) -> Set<String> {
    if let elements = value as? [Any] {
      return elements.reduce(into: []) { $0.formUnion(keys(of: $1, at: "\(path)[]", dictionaries)) }
    }
    guard let object = value as? [String: Any] else { return [] }
    return object.reduce(into: []) { found, entry in
      let name = dictionaries.contains(path) ? "*" : entry.key
      let key = path.isEmpty ? name : "\(path).\(name)"
      found.insert(key)
      found.formUnion(keys(of: entry.value, at: key, dictionaries))
    }
  }

  /// That ``everyKey`` has all of them, ``CodingTests`` sees to.
  @Test func everyPropertyThatIsReadHasARow() throws {
    let object = try JSONSerialization.jsonObject(with: Data(everyKey.utf8))
    let subjects = try rows(below: "config.json").map(\.subject)
    #expect(subjects.count == Set(subjects).count)
    let known = keys(of: object, dictionaries)
    #expect(known.subtracting(subjects).sorted() == [])
    #expect(Set(subjects).subtracting(known).sorted() == [])
  }

  @Test func everyPropertyOfFeaturesHasARow() throws {
    let text = try String(
      contentsOfFile: "\(Self.root)/Tests/OCISpecTests/CodingTests.swift", encoding: .utf8)
    // The text that featuresAreReadAndWritten has: all of them.
    let line = try #require(
      text.split(separator: "\n").first { $0.contains(#"{"ociVersionMin":"#) })
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
    let known = keys(of: object, ["annotations"]).subtracting(["annotations.*"])
    let subjects = Set(try rows(below: "features").map(\.subject))
    #expect(known.subtracting(subjects).sorted() == [])
    #expect(subjects.subtracting(known).sorted() == [])
  }

  /// `Suite.test` is one of Tests/ContainerTests, `Target/Suite.test` of another folder.
  @Test(arguments: ["config.json", "Values", "The life of a container", "features"])
  func everyTestIsThere(heading: String) throws {
    let rows = try rows(below: heading)
    #expect(rows.count > 5)
    for row in rows {
      #expect(!row.tests.isEmpty, "\(row.subject) has no test")
      for test in row.tests {
        #expect(try isThere(test), "\(row.subject): there is no test \(test)")
      }
    }
  }

  private func isThere(_ test: Substring) throws -> Bool {
    let parts = test.split(separator: "/")
    let names = parts[parts.count - 1].split(separator: ".")
    guard names.count == 2 else { return false }
    let folder = "\(Self.root)/Tests/\(parts.count == 2 ? String(parts[0]) : "ContainerTests")"
    return try FileManager.default.contentsOfDirectory(atPath: folder).contains { file in
      guard file.hasSuffix(".swift") else { return false }
      let source = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
      return source.contains("struct \(names[0]) ") && source.contains(" func \(names[1])(")
        && source.contains("@Test")
    }
  }
}
