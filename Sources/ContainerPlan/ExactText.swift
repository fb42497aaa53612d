/// A text that is the same as another when its bytes are, as to the kernel. Swift's strings are the
/// same when they look the same: of "é" written in two ways one would be lost.
struct ExactText: Hashable {
  let text: Substring

  init(_ text: Substring) { self.text = text }

  static func == (one: ExactText, other: ExactText) -> Bool {
    one.text.utf8.elementsEqual(other.text.utf8)
  }

  func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
