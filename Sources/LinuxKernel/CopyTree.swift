import CLinux
import Glibc

/// Copies what a directory holds, files, directories and links with their modes and owners, into
/// another one. What is mounted below, and special files, stay behind.
public func copyTree(from source: Int32, to target: Int32, path: String) throws(KernelError) {
  let device = try status(source, path: path).st_dev
  for name in try names(in: source, path: path) {
    let here = "\(path)/\(name)"
    let entry = try status(of: name, at: source, followLinks: false)
    guard entry.st_dev == device else { continue }
    switch entry.fileType {
    case S_IFDIR:
      try makeDirectory(name, mode: entry.st_mode & 0o7777, at: target)
      let below = try open(name, [.readOnly, .directory, .noFollow], at: source)
      let copy = try open(name, [.readOnly, .directory, .noFollow], at: target)
      try copyTree(from: below.number, to: copy.number, path: here)
    case S_IFREG:
      // If a pipe has taken its place meanwhile, that is not waited for.
      let file = try open(name, [.readOnly, .noFollow, .nonBlocking], at: source)
      let copy = try open(
        name, [.writeOnly, .create, .exclusive, .noFollow], mode: entry.st_mode & 0o7777,
        at: target)
      try copyContent(of: file.number, to: copy.number, path: here)
    case S_IFLNK:
      let text = try readLink(name, at: source)
      try check("symlink", here) { symlinkat(text, target, name) }
    default: continue
    }
    try check("chown", here) {
      fchownat(target, name, entry.st_uid, entry.st_gid, AT_SYMLINK_NOFOLLOW)
    }
    // A change of owner takes set-user-ID bits away.
    if entry.fileType != S_IFLNK {
      try check("chmod", here) { fchmodat(target, name, entry.st_mode & 0o7777, 0) }
    }
  }
}

private func copyContent(of file: Int32, to copy: Int32, path: String) throws(KernelError) {
  while true {
    let count = try check("sendfile", path) { sendfile(copy, file, nil, 1 << 20) }
    if count == 0 { return }
  }
}
