import JSON
import LinuxKernel
import OCISpec

/// Reads and checks a bundle's config.json.
/// - Parameter log: told of what the author should know though nothing is wrong.
public func loadSpec(
  bundle: String, log: (LogLevel, String) -> Void = { _, _ in }
) throws(RuntimeError) -> Spec {
  let path = "\(bundle)/config.json"
  let bytes = try attempt("read the bundle's configuration") { () throws(KernelError) in
    try readFile(path)
  }
  let spec: Spec
  do throws(JSONError) {
    spec = try decodeJSON(Spec.self, from: bytes)
  } catch {
    throw RuntimeError("\(path): \(error)")
  }
  if let violation = spec.validate().first {
    let hint = violation.hint.map { " (\($0))" } ?? ""
    throw RuntimeError("\(path): \(violation.pointer): \(violation.problem)\(hint)")
  }
  for warning in spec.warnings() { log(.warning, "\(path): \(warning)") }
  return spec
}
