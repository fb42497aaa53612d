/// A set of small numbers, of processors or memory nodes, as the kernel takes them: a bit for each.
public struct NumberSet: Equatable, Sendable {
  /// Bit n of the words, from the lowest of the first one on, stands for number n.
  public private(set) var words: [UInt] = []

  /// A set of ranges.
  public init(_ ranges: [ClosedRange<Int>]) {
    for range in ranges { insert(range) }
  }

  /// Word by word: a list may name the same thousands of numbers over and over.
  private mutating func insert(_ range: ClosedRange<Int>) {
    let width = UInt.bitWidth
    let (first, last) = (range.lowerBound / width, range.upperBound / width)
    while words.count <= last { words.append(0) }
    for word in first...last {
      let lowest = word == first ? range.lowerBound % width : 0
      let highest = word == last ? range.upperBound % width : width - 1
      words[word] |= UInt.max << UInt(lowest) & UInt.max >> UInt(width - 1 - highest)
    }
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
