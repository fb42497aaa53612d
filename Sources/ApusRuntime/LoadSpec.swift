import Glibc
import JSON
import LinuxKernel
import OCISpec

extension Container {
  /// The file that says how the container is: its bundle's, or a copy of another one.
  public var configuration: String {
    let copy = "\(store.root)/\(id)/config.json"
    return access(copy, F_OK) == 0 ? copy : "\(record.bundle)/config.json"
  }
}

/// Reads and checks a configuration.
/// - Parameters:
///   - path: config.json.
///   - store: whose log is told of what the author should know though nothing is wrong.
public func loadSpec(_ path: String, for store: ContainerStore? = nil) throws(RuntimeError) -> Spec
{
  let bytes = try attempt("read the bundle's configuration") { () throws(KernelError) in
    try readFile(path)
  }
  store?.trace?.end("read config.json")
  let spec: Spec
  do throws(JSONError) {
    if let store, store.isDebugging {
      var unknown: [UnknownKey] = []
      spec = try decodeJSON(Spec.self, from: bytes, unknownKeys: &unknown)
      for key in unknown { store.log(.debug, "\(path): \(key.pointer): unknown, and passed over") }
    } else {
      spec = try decodeJSON(Spec.self, from: bytes)
    }
  } catch {
    throw RuntimeError("\(path): \(error)")
  }
  store?.trace?.end("decode config.json")
  if let violation = spec.validate().first {
    throw RuntimeError("\(path): \(violation)")
  }
  if let store {
    for warning in spec.warnings() { store.log(.warning, "\(path): \(warning)") }
    store.trace?.end("check config.json")
  }
  return spec
}
