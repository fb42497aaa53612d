/// BLAKE2b with 32 bytes and no key (RFC 7693): tells contents apart that somebody tries to make the
/// same, and takes half the time of SHA-256 where a processor has no instructions for that.
struct ContentDigest: Equatable, Sendable {
  /// The digest's bytes, four times eight of them, the first the lowest.
  let words: InlineArray<4, UInt64>

  /// A digest from its bytes.
  init(_ words: InlineArray<4, UInt64>) { self.words = words }

  /// The digest of bytes.
  init(of bytes: UnsafeRawBufferPointer) {
    var state: InlineArray<8, UInt64> = Self.start
    state[0] ^= 0x0101_0020
    var position = 0
    while bytes.count - position > 128 {
      Self.mix(
        &state, UnsafeRawBufferPointer(rebasing: bytes[position..<position + 128]),
        count: UInt64(position + 128), isLast: false)
      position += 128
    }
    withUnsafeTemporaryAllocation(byteCount: 128, alignment: 8) { last in
      for index in 0..<128 {
        last[index] = position + index < bytes.count ? bytes[position + index] : 0
      }
      Self.mix(&state, UnsafeRawBufferPointer(last), count: UInt64(bytes.count), isLast: true)
    }
    words = [state[0], state[1], state[2], state[3]]
  }

  static func == (one: ContentDigest, other: ContentDigest) -> Bool {
    one.words[0] == other.words[0] && one.words[1] == other.words[1]
      && one.words[2] == other.words[2] && one.words[3] == other.words[3]
  }

  /// The fractions of the square roots of the first primes (section 2.6).
  private static var start: InlineArray<8, UInt64> {
    [
      0x6a09_e667_f3bc_c908, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1,
      0x510e_527f_ade6_82d1, 0x9b05_688c_2b3e_6c1f, 0x1f83_d9ab_fb41_bd6b, 0x5be0_cd19_137e_2179,
    ]
  }

  /// The order of a block's words in each round, a digit for each (section 2.7).
  private static func order(_ round: Int) -> UInt64 {
    switch round {
    case 0, 10: 0x0123_4567_89ab_cdef
    case 1, 11: 0xea48_9fd6_1c02_b753
    case 2: 0xb8c0_52fd_ae36_7194
    case 3: 0x7931_dcbe_265a_40f8
    case 4: 0x9057_24af_e1bc_683d
    case 5: 0x2c6a_0b83_4d75_fe19
    case 6: 0xc51f_ed4a_0763_928b
    case 7: 0xdb7e_c139_50f4_862a
    case 8: 0x6fe9_b308_c2d7_14a5
    default: 0xa284_7615_fb9e_3cd0
    }
  }

  /// The compression of one block (section 3.2).
  private static func mix(
    _ state: inout InlineArray<8, UInt64>, _ block: UnsafeRawBufferPointer, count: UInt64,
    isLast: Bool
  ) {
    let start = Self.start
    var v: InlineArray<16, UInt64> = [
      state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7],
      start[0], start[1], start[2], start[3], start[4] ^ count, start[5],
      isLast ? ~start[6] : start[6], start[7],
    ]
    for round in 0..<12 {
      let order = order(round)
      func word(_ index: UInt64) -> UInt64 {
        let digit = Int(truncatingIfNeeded: order >> (60 - 4 * index) & 15)
        return UInt64(littleEndian: block.loadUnaligned(fromByteOffset: 8 * digit, as: UInt64.self))
      }
      quarter(&v, 0, 4, 8, 12, word(0), word(1))
      quarter(&v, 1, 5, 9, 13, word(2), word(3))
      quarter(&v, 2, 6, 10, 14, word(4), word(5))
      quarter(&v, 3, 7, 11, 15, word(6), word(7))
      quarter(&v, 0, 5, 10, 15, word(8), word(9))
      quarter(&v, 1, 6, 11, 12, word(10), word(11))
      quarter(&v, 2, 7, 8, 13, word(12), word(13))
      quarter(&v, 3, 4, 9, 14, word(14), word(15))
    }
    for index in 0..<8 { state[index] ^= v[index] ^ v[index + 8] }
  }

  @inline(__always)
  private static func quarter(
    _ v: inout InlineArray<16, UInt64>, _ a: Int, _ b: Int, _ c: Int, _ d: Int, _ x: UInt64,
    _ y: UInt64
  ) {
    func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 { word >> bits | word << (64 - bits) }
    v[a] = v[a] &+ v[b] &+ x
    v[d] = rotated(v[d] ^ v[a], 32)
    v[c] = v[c] &+ v[d]
    v[b] = rotated(v[b] ^ v[c], 24)
    v[a] = v[a] &+ v[b] &+ y
    v[d] = rotated(v[d] ^ v[a], 16)
    v[c] = v[c] &+ v[d]
    v[b] = rotated(v[b] ^ v[c], 63)
  }
}
