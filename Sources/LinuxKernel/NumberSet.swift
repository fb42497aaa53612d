/// A set of small numbers, of processors or memory nodes, as the kernel takes them: a bit for each.
public struct NumberSet: Equatable, Sendable {
  /// Bit n of the words, from the lowest of the first one on, stands for number n.
  public private(set) var words: [UInt] = []

  /// A set of ranges.
  public init(_ ranges: [ClosedRange<Int>]) {
    for range in ranges {
      for number in range { insert(number) }
    }
  }

  private mutating func insert(_ number: Int) {
    let (word, bit) = (number / UInt.bitWidth, number % UInt.bitWidth)
    while words.count <= word { words.append(0) }
    words[word] |= 1 << UInt(bit)
  }

  /// The numbers, from the lowest on.
  public var members: [Int] {
    words.indices.flatMap { word in
      (0..<UInt.bitWidth).filter { words[word] & (1 << UInt($0)) != 0 }.map {
        word * UInt.bitWidth + $0
      }
    }
  }
}

extension NumberSet: CustomStringConvertible {
  /// "0-3,7".
  public var description: String {
    var ranges: [ClosedRange<Int>] = []
    for number in members {
      if let last = ranges.last, last.upperBound == number - 1 {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
    }.joined(separator: ",")
  }
}
