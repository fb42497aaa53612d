import LinuxKernel
import Testing

struct NumberSetTests {
  @Test(
    arguments: [
      [], [0...0], [63...64], [0...63], [64...127], [5...200], [3...4, 1...1], [0...65536],
      [10...20, 15...30, 130...130], [127...128, 126...126],
    ] as [[ClosedRange<Int>]])
  func hasWhatTheRangesHave(_ ranges: [ClosedRange<Int>]) {
    #expect(NumberSet(ranges).members == Set(ranges.joined()).sorted())
  }

  @Test func manyWideRangesTakeNoTime() {
    let ranges = Array(repeating: 0...65536, count: 2000)
    let seconds = ContinuousClock().measure { #expect(NumberSet(ranges).members.count == 65537) }
    #expect(seconds < .seconds(5))
  }
}
