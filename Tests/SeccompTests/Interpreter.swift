import LinuxKernel

/// A system call as a filter sees it: `struct seccomp_data`.
struct CallSeen: Equatable {
  var architecture: UInt32
  var number: UInt32
  var arguments: [UInt64] = [0, 0, 0, 0, 0, 0]

  fileprivate func word(at offset: UInt32) -> UInt32? {
    switch offset {
    case 0: return number
    case 4: return architecture
    case 16..<64 where offset % 4 == 0:
      let argument = arguments[Int(offset - 16) / 8]
      return offset % 8 == 0
        ? UInt32(truncatingIfNeeded: argument) : UInt32(truncatingIfNeeded: argument >> 32)
    default: return nil
    }
  }
}

/// What a filter answers, worked out as the kernel does; nil for a filter that it would refuse.
func answer(_ program: [FilterInstruction], to call: CallSeen) -> UInt32? {
  var accumulator: UInt32 = 0
  var position = 0
  func branch(_ taken: Bool, _ instruction: FilterInstruction) -> Int {
    Int(taken ? instruction.then : instruction.otherwise)
  }
  while position < program.count {
    let instruction = program[position]
    let constant = instruction.constant
    position += 1
    switch instruction.code {
    case 0x20:
      guard let word = call.word(at: constant) else { return nil }
      accumulator = word
    case 0x54: accumulator &= constant
    case 0x05: position += Int(constant)
    case 0x15: position += branch(accumulator == constant, instruction)
    case 0x25: position += branch(accumulator > constant, instruction)
    case 0x35: position += branch(accumulator >= constant, instruction)
    case 0x45: position += branch(accumulator & constant != 0, instruction)
    case 0x06: return constant
    default: return nil
    }
  }
  return nil
}
