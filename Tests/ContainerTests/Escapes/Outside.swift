import Testing

/// A folder on the host, beside the root file system: what an image or a volume would reach if it
/// led the runtime out.
extension Sandbox {
  /// Its path on the host.
  var outside: String { "\(folder)/outside" }

  /// Makes it, with a file, a folder and a place for each kind of thing that a runtime writes.
  func makeOutside() throws {
    let made = try script(
      """
      mkdir -p outside/folder && echo content > outside/file && mkfifo outside/pipe &&
      ln -s file outside/link && chmod 640 outside/file
      """)
    try #require(made == .silently)
  }

  /// All that it holds, with kinds, modes, owners and contents, and what is mounted there.
  func outsideNow() throws -> String {
    let found = try script(
      """
      find outside -printf '%p %y %m %U:%G %s %l %i\\n' | sort
      cat outside/file
      grep "$ID/outside" /proc/self/mountinfo || true
      """)
    try #require(found.errors == "", "\(found)")
    return found.output
  }
}

/// Runs something, and expects that it has changed nothing outside of the container.
func expectNothingOutside<T>(
  _ apus: Sandbox, at location: SourceLocation = #_sourceLocation, _ attack: () throws -> T
) throws -> T {
  let pattern = text(of: "/proc/sys/kernel/core_pattern")
  let before = try apus.outsideNow()
  let result = try attack()
  #expect(try apus.outsideNow() == before, sourceLocation: location)
  #expect(text(of: "/proc/sys/kernel/core_pattern") == pattern, sourceLocation: location)
  return result
}
