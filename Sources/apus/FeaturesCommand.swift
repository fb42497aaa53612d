import ApusRuntime
import JSON
import OCISpec

extension Command {
  static let features = Command(
    "features", "show what this program can do, as JSON", count: 0...0,
    description: """
      Prints the features structure of the OCI runtime specification: what is built
      in, whatever this host can do.
      """
  ) { _ throws(RuntimeError) in
    let json = encodeJSON(Features.ofThisBuild, style: .pretty(indent: "    "))
    try output(String(decoding: json, as: UTF8.self) + "\n")
    return 0
  }
}
