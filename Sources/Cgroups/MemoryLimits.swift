import OCISpec

extension LimitFiles {
  mutating func add(_ memory: Spec.Linux.Resources.Memory, isUpdate: Bool) throws(LimitError) {
    let first = writes.count
    let limit = given(memory.limit)
    if let limit {
      try add(
        "memory", "/memory/limit", v1: Value("memory.limit_in_bytes", String(limit)),
        v2: Value("memory.max", unlimited(limit)))
    }
    try addSwap(memory)
    tie(since: first)

    if let reservation = given(memory.reservation) {
      try add(
        "memory", "/memory/reservation",
        v1: Value("memory.soft_limit_in_bytes", String(reservation)),
        v2: Value("memory.low", unlimited(reservation)))
    }
    if let swappiness = memory.swappiness {
      try add(
        "memory", "/memory/swappiness", v1: Value("memory.swappiness", String(swappiness)), v2: nil)
    }
    // Off is where a new cgroup begins.
    if let isDisabled = memory.disableOOMKiller, isDisabled || isUpdate {
      try add(
        "memory", "/memory/disableOOMKiller",
        v1: Value("memory.oom_control", isDisabled ? "1" : "0"), v2: nil)
    }
    // On v2 the buffers are a part of the memory, for which there is a limit.
    if let buffers = given(memory.kernelTCP) {
      try add(
        "memory", "/memory/kernelTCP",
        v1: Value("memory.kmem.tcp.limit_in_bytes", String(buffers)), v2: nil)
    }
  }

  /// config.json and v1 count memory and swap together; v2 the swap alone.
  private mutating func addSwap(_ memory: Spec.Linux.Resources.Memory) throws(LimitError) {
    let pointer = "/memory/swap"
    let limit = given(memory.limit)
    guard let swap = given(memory.swap) else {
      // No limit of memory is none of memory and swap either.
      guard let limit, limit < 0 else { return }
      return try add(
        "memory", "/memory/limit", v1: Value("memory.memsw.limit_in_bytes", "-1", ifMissing: .skip),
        v2: Value("memory.swap.max", "max", ifMissing: .skip))
    }
    var alone = swap
    if swap > 0, paths["memory"] == nil {
      guard let limit else {
        throw LimitError(
          pointer: "/linux/resources\(pointer)",
          problem: "counts memory and swap together, so that cgroup v2 needs the limit of memory, "
            + "too; give /linux/resources/memory/limit")
      }
      if limit > 0 { alone = swap - limit }
      guard alone >= 0 else {
        throw LimitError(
          pointer: "/linux/resources\(pointer)",
          problem: "\(swap) is less than the limit of memory alone, \(limit)")
      }
    }
    try add(
      "memory", pointer, v1: Value("memory.memsw.limit_in_bytes", String(swap)),
      // Where swap isn't accounted for there is none for the container.
      v2: Value("memory.swap.max", unlimited(alone), ifMissing: alone <= 0 ? .skip : .fail))
  }
}
