import JSON

@testable import ApusRuntime

func testState(_ bytes: [UInt8]) {
  let record: ContainerRecord
  do throws(JSONError) {
    record = try decodeJSON(ContainerRecord.self, from: bytes)
  } catch {
    return requireSentence(error.description)
  }
  // What commands make of it.
  let bundles = record.config.labels.filter { $0.utf8.starts(with: "bundle=".utf8) }
  require(
    record.bundle.isEmpty == (bundles.last ?? "bundle=").utf8.elementsEqual("bundle=".utf8),
    "the bundle is lost")
  require(record.annotations.count <= record.config.labels.count, "more annotations than labels")
  require(Set(record.namespaceKinds).count == record.namespaceKinds.count, "a namespace twice")
  _ = record.config.cgroups.unitName
}
