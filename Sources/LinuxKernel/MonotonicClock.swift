import Glibc

/// Nanoseconds on the clock that nobody sets (CLOCK_MONOTONIC of `clock_gettime(2)`).
public func monotonicNanoseconds() -> Int64 {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
}

/// The same in milliseconds, as `poll(2)` counts.
public func monotonicMilliseconds() -> Int64 { monotonicNanoseconds() / 1_000_000 }
