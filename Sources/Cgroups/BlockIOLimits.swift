import OCISpec

extension LimitFiles {
  mutating func add(_ io: Spec.Linux.Resources.BlockIO) throws(LimitError) {
    if let weight = given(io.weight) { try addWeight("", "", weight, "/blockIO/weight") }
    // Gone from Linux 5.0 with its scheduler: v1 may have a file of that name elsewhere, v2 never had.
    if let weight = given(io.leafWeight) {
      try require(v1: "blkio", "weights of leaves", "/blockIO/leafWeight")
      try add("blkio", "/blockIO/leafWeight", Value("blkio.leaf_weight", String(weight)))
    }
    for (index, device) in (io.weightDevice ?? []).enumerated() {
      let (number, pointer) = ("\(device.major):\(device.minor) ", "/blockIO/weightDevice/\(index)")
      if let weight = given(device.weight) {
        try addWeight(number, "_device", weight, "\(pointer)/weight")
      }
      if let weight = given(device.leafWeight) {
        try require(v1: "blkio", "weights of leaves", "\(pointer)/leafWeight")
        try add(
          "blkio", "\(pointer)/leafWeight", Value("blkio.leaf_weight_device", "\(number)\(weight)"))
      }
    }
    try addThrottles(io.throttleReadBpsDevice, "throttleReadBpsDevice", "read_bps", "rbps")
    try addThrottles(io.throttleWriteBpsDevice, "throttleWriteBpsDevice", "write_bps", "wbps")
    try addThrottles(io.throttleReadIOPSDevice, "throttleReadIOPSDevice", "read_iops", "riops")
    try addThrottles(io.throttleWriteIOPSDevice, "throttleWriteIOPSDevice", "write_iops", "wiops")
  }

  /// Which file it is depends on the kernel's schedulers: BFQ has one of its own in both versions.
  private mutating func addWeight(
    _ device: String, _ suffix: String, _ weight: UInt16, _ pointer: String
  ) throws(LimitError) {
    let value = "\(device)\(weight)"
    try add(
      "blkio", pointer,
      v1: Value(
        "blkio.weight\(suffix)", value,
        ifMissing: .write(file: "blkio.bfq.weight\(suffix)", value: value)),
      v2: Value(
        "io.bfq.weight", value,
        ifMissing: .write(file: "io.weight", value: "\(device)\(ioWeight(weight))")))
  }

  private mutating func addThrottles(
    _ devices: [Spec.Linux.Resources.BlockIO.ThrottleDevice]?, _ name: String, _ v1: String,
    _ v2: String
  ) throws(LimitError) {
    for (index, device) in (devices ?? []).enumerated() {
      let number = "\(device.major):\(device.minor)"
      try add(
        "blkio", "/blockIO/\(name)/\(index)",
        v1: Value("blkio.throttle.\(v1)_device", "\(number) \(device.rate)"),
        // On v1 a rate of 0 takes the limit away, on v2 it is refused.
        v2: Value("io.max", "\(number) \(v2)=\(device.rate == 0 ? "max" : String(device.rate))"))
    }
  }
}

/// A weight from v1's 10 to 1000 on v2's scale from 1 to 10000.
public func ioWeight(_ weight: UInt16) -> UInt64 {
  1 + (UInt64(max(weight, 10)) - 10) * 9999 / 990
}
