// The state is read and written by every command; ``JSONReadable`` says why not by `Decodable` alone.

import JSON

extension OCIState: JSONReadable {
  /// Reads a state.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    ociVersion = try object.required("ociVersion")
    id = try object.required("id")
    status = try object.required("status")
    pid = try object.optional("pid")
    bundle = try object.required("bundle")
    annotations = try object.optional("annotations")
  }
}

extension OCIState: JSONWritable {
  /// Writes the state.
  public func write(to json: JSONWriter) {
    json.object {
      $0.member("ociVersion", ociVersion)
      $0.member("id", id)
      $0.member("status", status)
      $0.member("pid", pid)
      $0.member("bundle", bundle)
      $0.member("annotations", annotations)
    }
  }
}
