/// The value of `cpu.max`, as systemd counts.
struct ProcessorTime {
  /// Microseconds.
  let period: UInt64
  /// Microseconds of a second in whole percents of a processor: rounded up, so that a cgroup below may
  /// still have as much as was asked for. Nil: no limit.
  let share: UInt64?

  /// Reads "QUOTA PERIOD", in microseconds.
  init?(_ value: String) {
    let parts = value.split(separator: " ")
    period = parts.count > 1 ? UInt64(parts[1]) ?? 0 : 100_000
    guard let first = parts.first, period > 0 else { return nil }
    if first == "max" {
      share = nil
      return
    }
    guard let quota = UInt64(first) else { return nil }
    let (product, overflows) = quota.multipliedReportingOverflow(by: 1_000_000)
    guard !overflows else { return nil }
    share = (product / period + 9999) / 10_000 * 10_000
  }

  /// What systemd writes; nil where it would be too large.
  var text: String? {
    guard let share else { return "max \(period)" }
    let (product, overflows) = share.multipliedReportingOverflow(by: period)
    return overflows ? nil : "\(product / 1_000_000) \(period)"
  }
}

extension CgroupWrite {
  /// The same as systemd writes it, which may do so again at any time.
  var inWholePercents: CgroupWrite {
    guard file == "cpu.max", let text = ProcessorTime(value)?.text else { return self }
    var changed = CgroupWrite(directory, file, text, pointer, ifMissing: ifMissing)
    changed.isTiedToNext = isTiedToNext
    return changed
  }
}
