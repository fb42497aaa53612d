import LinuxKernel
import Testing

/// Paths are taken apart where the kernel does it.
struct PathTextTests {
  @Test(
    arguments: [
      ("/a/b", "/a", "b"), ("/a", "/", "a"), ("a", ".", "a"), ("a/b", "a", "b"),
      ("/a/b//", "/a", "b"),
      ("/", "/", ""), ("//", "/", ""), ("", ".", ""),
      ("/link/\u{301}made", "/link", "\u{301}made"), ("/\u{301}a", "/", "\u{301}a"),
      ("/e\u{301}/\r\n", "/e\u{301}", "\r\n"),
    ])
  func apart(_ path: String, _ above: String, _ name: String) {
    let parts = split(path)
    #expect(parts.above == above)
    #expect(parts.name.utf8.elementsEqual(name.utf8))
  }

  @Test func everySlashSeparates() {
    #expect(components(of: "/a//\u{301}b/../\u{301}/") == ["a", "\u{301}b", "..", "\u{301}"])
    #expect(isAbsolute("/\u{301}a"))
    #expect(!isAbsolute("a/") && !isAbsolute(""))
  }

  @Test(
    arguments: [
      ("/a", "/a", true), ("/a/b", "/a", true), ("/a/\u{301}b", "/a", true), ("/ab", "/a", false),
      ("/a\u{301}", "/a", false), ("/a", "/a/b", false), ("/a", "/", true), ("/", "/", true),
    ])
  func below(_ path: String, _ folder: String, _ expected: Bool) {
    #expect(isPath(path, atOrBelow: folder) == expected)
  }
}
