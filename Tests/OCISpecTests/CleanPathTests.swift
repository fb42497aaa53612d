import OCISpec
import Testing

struct CleanPathTests {
  @Test(arguments: [
    ("/", "/"), ("/a", "/a"), ("/a/b", "/a/b"), ("/a/b/", "/a/b"), ("//a", "/a"), ("/a//b", "/a/b"),
    ("/a/./b", "/a/b"), ("/a/../b", "/b"), ("/../a", "/a"), ("/a/..", "/"), ("/.", "/"),
    ("/..", "/"), ("//", "/"), ("/.a", "/.a"), ("/a/.b/..c", "/a/.b/..c"), ("/a.b/c.", "/a.b/c."),
    ("", "/"), ("a", "/a"), (".", "/"), ("../a/b/", "/a/b"), ("./a", "/a"), (".a", "/.a"),
    ("/a/\u{301}b", "/a/\u{301}b"), ("/a/\u{301}b/..", "/a"), ("/é/./ü", "/é/ü"),
  ]) func aPathIsCleaned(path: String, expected: String) {
    #expect(Array(clean(path).utf8) == Array(expected.utf8))
    #expect(Array(clean(clean(path)).utf8) == Array(expected.utf8))
  }
}
