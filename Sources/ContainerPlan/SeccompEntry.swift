import LinuxKernel

/// A compiled profile as it is kept in a file: a mark, the key, the program and a digest of it all.
public struct SeccompEntry: Equatable, Sendable {
  /// What it was compiled from.
  public let key: SeccompKey
  /// What it came to.
  public let program: SeccompProgram

  /// "apusbpf1", and where the parts begin.
  private static let mark: UInt64 = 0x3166_7062_7375_7061
  private static let (keyAt, flagsAt, instructionsAt, digestSize) = (8, 40, 48, 32)

  /// More than any entry has.
  public static let maximumSize = instructionsAt + 8 * 4096 + digestSize

  /// An entry to keep.
  public init(_ key: SeccompKey, _ program: SeccompProgram) {
    self.key = key
    self.program = program
  }

  /// The content of its file.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.maximumSize)
    func add(_ number: UInt64) {
      withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
    }
    func add(_ digest: ContentDigest) { for index in 0..<4 { add(digest.words[index]) } }
    add(Self.mark)
    add(key.digest)
    add(UInt64(program.flags) | UInt64(program.instructions.count) << 32)
    program.instructions.withUnsafeBytes { bytes.append(contentsOf: $0) }
    add(bytes.withUnsafeBytes { ContentDigest(of: $0) })
    return bytes
  }

  /// Reads a file's content; nil where it is damaged, or no entry at all.
  public init?(_ bytes: [UInt8]) {
    let entry = bytes.withUnsafeBytes { bytes -> SeccompEntry? in
      func number(at offset: Int) -> UInt64 {
        bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      }
      func digest(at offset: Int) -> ContentDigest {
        ContentDigest([
          number(at: offset), number(at: offset + 8), number(at: offset + 16),
          number(at: offset + 24),
        ])
      }
      let size = bytes.count - Self.instructionsAt - Self.digestSize
      guard size > 0, size % 8 == 0, bytes.count <= Self.maximumSize, number(at: 0) == Self.mark,
        number(at: Self.flagsAt) >> 32 == size / 8
      else { return nil }
      let end = bytes.count - Self.digestSize
      let found = ContentDigest(of: UnsafeRawBufferPointer(rebasing: bytes[..<end]))
      guard found == digest(at: end) else { return nil }
      let instructions = [FilterInstruction](unsafeUninitializedCapacity: size / 8) { room, count in
        UnsafeMutableRawBufferPointer(room).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes[Self.instructionsAt..<end]))
        count = size / 8
      }
      guard isProgram(instructions) else { return nil }
      return SeccompEntry(
        SeccompKey(digest: digest(at: Self.keyAt)),
        SeccompProgram(
          instructions: instructions,
          flags: UInt32(truncatingIfNeeded: number(at: Self.flagsAt))))
    }
    guard let entry else { return nil }
    self = entry
  }
}

/// Whether it has only what is written here, leads nowhere but on, and ends with an answer.
private func isProgram(_ instructions: [FilterInstruction]) -> Bool {
  let count = instructions.count
  guard instructions.last?.code == 0x06 else { return false }
  for index in 0..<count {
    let instruction = instructions[index]
    let left = count - index - 1
    switch instruction.code {
    case 0x06, 0x54: break  // BPF_RET|BPF_K, BPF_ALU|BPF_AND|BPF_K
    case 0x20:  // BPF_LD|BPF_W|BPF_ABS
      guard instruction.constant < 64, instruction.constant % 4 == 0 else { return false }
    case 0x05:  // BPF_JMP|BPF_JA
      guard instruction.constant < left else { return false }
    case 0x15, 0x25, 0x35:  // BPF_JMP|BPF_JEQ, JGT, JGE|BPF_K
      guard max(instruction.then, instruction.otherwise) < left else { return false }
    default: return false
    }
  }
  return true
}
