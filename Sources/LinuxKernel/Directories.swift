import CLinux
import Glibc

/// Removes everything that a directory holds.
public func removeContent(of directory: Int32, path: String) throws(KernelError) {
  for name in try names(in: directory, path: path) {
    do throws(KernelError) {
      try remove(name, at: directory)
    } catch {
      switch error.errno {
      case .noSuchFileOrDirectory: continue
      case .isDirectory:
        let below = try open(name, [.readOnly, .directory, .noFollow], at: directory)
        try removeContent(of: below.number, path: "\(path)/\(name)")
        try remove(name, at: directory, directory: true)
      default: throw error
      }
    }
  }
}

/// The names in a directory but "." and "..".
public func names(in directory: Int32, path: String) throws(KernelError) -> [String] {
  // An open of its own: the position in a directory belongs to the open file.
  let own = try open(".", [.readOnly, .directory], at: directory)
  guard let stream = fdopendir(own.release()) else {
    throw KernelError(call: "fdopendir", subject: path, errno: .last)
  }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names
}
