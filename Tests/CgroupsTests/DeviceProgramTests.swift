import LinuxKernel
import OCISpec
import Testing

@testable import Cgroups

/// Device rules as eBPF programs: what they answer, worked out by an interpreter.
struct DeviceProgramTests {
  private typealias Rule = Spec.Linux.Resources.DeviceRule

  /// What a container with these rules may do, asked in the words of v1: "c 1:3 rw".
  private func program(_ rules: Rule...) throws -> DeviceProgram {
    let paths = CgroupPaths(directories: [("", "/cg")])
    return try #require(try paths.deviceFilter(for: .init(devices: rules))?.program)
  }

  private let denyAll = Rule(allow: false, access: "rwm")

  @Test func theDefaultDevices() throws {
    let program = try program(denyAll)
    for number in ["1:3", "1:5", "1:7", "1:8", "1:9", "5:0", "5:2", "136:0", "136:77", "10:200"] {
      #expect(program.allows("c \(number) rwm"), "\(number)")
      #expect(!program.allows("b \(number) r"), "\(number)")
    }
    for number in ["1:1", "1:11", "5:1", "10:229", "137:0", "0:0"] {
      for access in ["r", "w", "rw", "rm", "wm"] {
        #expect(!program.allows("c \(number) \(access)"), "\(number) \(access)")
      }
      #expect(program.allows("c \(number) m") && program.allows("b \(number) m"), "\(number)")
    }
  }

  @Test(arguments: [nil, [], [Spec.Linux.Resources.DeviceRule(allow: false, access: "rwm")]])
  func withoutRulesAllElseIsDenied(_ devices: [Spec.Linux.Resources.DeviceRule]?) throws {
    let paths = CgroupPaths(directories: [("", "/cg")])
    let filters = [
      try paths.deviceFilter(for: nil), try paths.deviceFilter(for: .init()),
      try paths.deviceFilter(for: .init(devices: devices)),
    ]
    #expect(Set(filters.map { $0?.program.instructions.count }).count == 1)
    for filter in filters {
      let program = try #require(filter?.program)
      #expect(program.allows("c 1:3 rw") && !program.allows("c 1:11 r"))
      #expect(filter?.rules == [DeviceRule(allow: false, .all)])
    }
    #expect(filters[0]?.pointer == "" && filters[1]?.pointer == "")
    #expect(filters[2]?.pointer == (devices?.isEmpty == false ? "/linux/resources/devices" : ""))
  }

  @Test func numbersAndWildcards() throws {
    let program = try program(
      denyAll, Rule(allow: true, type: "c", major: 10, minor: 229, access: "rwm"),
      Rule(allow: true, type: "b", major: 8, minor: -1, access: "rwm"),
      Rule(allow: true, type: "b", minor: 7, access: "rwm"),
      Rule(allow: true, type: "c", major: 4_294_967_295, minor: 2_147_483_648, access: "rwm"))
    let allowed = [
      "c 10:229 rw", "b 8:0 rw", "b 8:300 w", "b 259:7 r", "c 4294967295:2147483648 r",
    ]
    for request in allowed { #expect(program.allows(request), "\(request)") }
    for request in [
      "c 10:228 r", "c 11:229 r", "b 10:229 r", "c 8:0 r", "b 9:1 r", "c 259:7 r",
      "c 4294967295:0 r", "c 0:2147483648 r",
    ] {
      #expect(!program.allows(request), "\(request)")
    }
  }

  /// The kernel's numbers have 32 bits; one that is greater must not be cut to another.
  @Test func numbersThatNoDeviceHas() throws {
    let program = try program(
      denyAll, Rule(allow: true, type: "c", major: 4_294_967_297, minor: 11, access: "rwm"),
      Rule(allow: true, type: "c", major: 1, minor: 4_294_967_307, access: "rwm"))
    #expect(!program.allows("c 1:11 r"))
  }

  @Test func accessOneByOne() throws {
    let program = try program(
      denyAll, Rule(allow: true, type: "c", major: 20, minor: 1, access: "r"),
      Rule(allow: true, type: "c", major: 20, minor: 2, access: "w"),
      Rule(allow: true, type: "c", major: 20, minor: 3, access: "wr"))
    #expect(program.allows("c 20:1 r") && program.allows("c 20:1 rm"))
    #expect(!program.allows("c 20:1 w") && !program.allows("c 20:1 rw"))
    #expect(program.allows("c 20:2 w") && !program.allows("c 20:2 rw"))
    #expect(program.allows("c 20:3 rw") && program.allows("c 20:3 rwm"))
  }

  @Test func accessAllowedByTwoRules() throws {
    let program = try program(
      denyAll, Rule(allow: true, type: "c", major: 20, access: "r"),
      Rule(allow: true, type: "c", major: 20, minor: 1, access: "w"))
    #expect(program.allows("c 20:1 rw") && !program.allows("c 20:2 rw"))
  }

  @Test func theLastRuleCounts() throws {
    let device = Rule(allow: true, type: "c", major: 20, minor: 1, access: "rwm")
    let group = Rule(allow: true, type: "c", major: 20, access: "rwm")
    func not(_ rule: Rule, _ access: String = "rwm") -> Rule {
      Rule(allow: false, type: rule.type, major: rule.major, minor: rule.minor, access: access)
    }
    #expect(try !program(denyAll, device, not(device)).allows("c 20:1 r"))
    #expect(try program(denyAll, not(device), device).allows("c 20:1 r"))
    #expect(try !program(denyAll, group, not(device)).allows("c 20:1 r"))
    #expect(try program(denyAll, group, not(device)).allows("c 20:2 r"))
    #expect(try program(denyAll, not(group), device).allows("c 20:1 r"))
    // A part of what is asked for is enough to deny it.
    let readable = try program(denyAll, group, not(device, "w"))
    #expect(readable.allows("c 20:1 r") && readable.allows("c 20:1 rm"))
    #expect(!readable.allows("c 20:1 w") && !readable.allows("c 20:1 rw"))
    #expect(readable.allows("c 20:2 rw"))
    // A rule for all is the end of those before it.
    #expect(try !program(device, denyAll).allows("c 20:1 r"))
  }

  @Test func allButAFew() throws {
    let program = try program(
      Rule(allow: true, access: "rwm"),
      Rule(allow: false, type: "c", major: 1, minor: 11, access: "w"),
      Rule(allow: false, type: "b", access: "rwm"))
    #expect(program.allows("c 1:1 rw") && program.allows("c 1:11 r"))
    #expect(!program.allows("c 1:11 w") && !program.allows("b 8:0 r"))
    #expect(program.allows("b 8:0 m"))  // every container may
  }

  @Test func anAllowingListDeniesTheRest() throws {
    let program = try program(Rule(allow: true, type: "c", major: 1, minor: 11, access: "r"))
    #expect(program.allows("c 1:11 r") && !program.allows("c 1:1 r"))
  }

  @Test(
    arguments: [
      [.init(allow: true, access: "rwm")],
      [.init(allow: true, type: "a", access: "rwm")],
      [.init(allow: true, type: "", major: -1, minor: -1, access: "rwm")],
      // As in the kernel's v1, a rule for all is for all numbers and all access.
      [.init(allow: true, type: "a", major: 5, minor: 3, access: "r")],
      [.init(allow: false, access: "rwm"), .init(allow: true, access: "rwm")],
      [
        .init(allow: false, type: "c", access: "rwm"), .init(allow: true, access: "rwm"),
        .init(allow: true, type: "c", major: 1, access: "rwm"),
      ],
    ] as [[Spec.Linux.Resources.DeviceRule]])
  func whatDeniesNothingNeedsNoFilter(_ rules: [Spec.Linux.Resources.DeviceRule]) throws {
    let paths = CgroupPaths(directories: [("", "/cg")])
    #expect(try paths.deviceFilter(for: .init(devices: rules)) == nil)
  }

  @Test func onlyWhereNoControllerRestrictsDevices() throws {
    let v1 = CgroupPaths(directories: [("devices", "/cg/devices"), ("", "/cg/unified")])
    #expect(try v1.deviceFilter(for: .init()) == nil)
    let neither = CgroupPaths(directories: [("memory", "/cg/memory")])
    #expect(try neither.deviceFilter(for: .init()) == nil)
    let beside = CgroupPaths(directories: [("memory", "/cg/memory"), ("", "/cg/unified")])
    #expect(try beside.deviceFilter(for: .init())?.directory == "/cg/unified")
  }

  @Test func rulesThatAreOverriddenTakeNoInstructions() throws {
    let null = Rule(allow: true, type: "c", major: 1, minor: 3, access: "rwm")
    #expect(try program(denyAll, null, null) == program(denyAll))
    let group = Rule(allow: true, type: "c", major: 20, access: "rwm")
    let one = Rule(allow: true, type: "c", major: 20, minor: 1, access: "r")
    #expect(try program(denyAll, group, one) == program(denyAll, group))
  }

  /// A jump has 16 bits.
  @Test func tooManyBlockDevices() throws {
    func rules(_ type: DeviceType, _ count: Int64) -> [DeviceRule] {
      (0..<count).map { DeviceRule(allow: true, type, 8, $0) }
    }
    let most = try #require(try DeviceProgram(rules(.block, 8191)))
    #expect(most.isAcceptable && most.allows("b 8:8190 r") && !most.allows("c 8:8190 r"))
    #expect(throws: TooManyDevices(count: 8192)) { try DeviceProgram(rules(.block, 8192)) }
    let program = try #require(try DeviceProgram(rules(.character, 8192)))
    #expect(program.isAcceptable && program.allows("c 8:8191 r") && !program.allows("b 8:1 r"))
  }

  /// Any rules and requests, beside what they mean.
  @Test func manyRules() throws {
    var random = Sequence(state: 20)
    func one<T>(of values: [T]) -> T { values[Int.random(in: 0..<values.count, using: &random)] }
    let accesses = ["r", "w", "m", "rw", "rm", "wm", "rwm"]
    for _ in 0..<500 {
      let rules = (0..<Int.random(in: 0...12, using: &random)).map { _ in
        DeviceRule(
          Rule(
            allow: one(of: [true, false]), type: one(of: ["c", "c", "c", "b", "b", "a"]),
            major: one(of: [nil, -1, 1, 2]), minor: one(of: [nil, 1, 2, 3]),
            access: one(of: accesses)))
      }
      let program = try DeviceProgram(rules)
      if let program { #expect(program.isAcceptable, "\(rules)") }
      for type in ["c", "b"] {
        for number in ["1:1", "1:2", "2:1", "2:3", "3:3"] {
          for access in accesses {
            let request = "\(type) \(number) \(access)"
            let expected = rules.allow(request)
            #expect((program?.allows(request) ?? true) == expected, "\(rules): \(request)")
          }
        }
      }
    }
  }
}

/// The same numbers in every run (splitmix64).
private struct Sequence: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// What a process asks for, as the program sees it: `struct bpf_cgroup_dev_ctx`.
private struct Request {
  var type: UInt32
  var access: DeviceAccess
  var major, minor: UInt32

  /// From "c 1:3 rw".
  init(_ text: String) {
    let words = text.split(separator: " ")
    let numbers = words[1].split(separator: ":").map { UInt32($0) ?? 0 }
    type = words[0] == "b" ? 1 : 2
    access = DeviceAccess(String(words[2]))
    (major, minor) = (numbers[0], numbers[1])
  }

  var words: [UInt32] { [UInt32(access.rawValue) << 16 | type, major, minor] }
}

extension [DeviceRule] {
  /// What the rules mean: each kind of access is up to the last rule about it.
  fileprivate func allow(_ text: String) -> Bool {
    let request = Request(text)
    return [DeviceAccess.read, .write, .mknod].filter(request.access.contains).allSatisfy { one in
      last { rule in
        rule.type == .all
          || rule.type == (request.type == 1 ? .block : .character) && rule.access.contains(one)
            && rule.major ?? Int64(request.major) == request.major
            && rule.minor ?? Int64(request.minor) == request.minor
      }?.allow ?? false
    }
  }
}

extension DeviceProgram {
  /// Runs it as the kernel does.
  fileprivate func allows(_ text: String) -> Bool {
    let answer = run(Request(text))
    #expect(answer != nil, "the kernel would refuse it: \(instructions)")
    return answer == 1
  }

  private func run(_ request: Request) -> UInt64? {
    // r1 is the address of the request, and no number.
    var registers: [UInt64?] = Array(repeating: nil, count: 11)
    var position = 0
    while instructions.indices.contains(position) {
      let instruction = instructions[position]
      let destination = Int(instruction.registers & 0xf)
      let source = Int(instruction.registers >> 4)
      let constant = UInt64(UInt32(bitPattern: instruction.constant))
      let operation = BPFOperation(rawValue: instruction.code)
      position += 1
      switch operation {
      case .loadWord:
        guard source == 1, instruction.offset % 4 == 0 else { return nil }
        registers[destination] = UInt64(request.words[Int(instruction.offset) / 4])
      case .move:
        guard let value = registers[source] else { return nil }
        registers[destination] = value & 0xffff_ffff
      case .moveConstant: registers[destination] = constant
      case .loadConstant64:
        let upper = instructions[position]
        guard BPFOperation(rawValue: upper.code) == .upperHalf else { return nil }
        registers[destination] = UInt64(UInt32(bitPattern: upper.constant)) << 32 | constant
        position += 1
      case .andConstant, .shiftRightByConstant, .shiftLeftByConstant64, .jumpIfNotEqual,
        .jumpIfAnySet:
        guard let value = registers[destination] else { return nil }
        let low = value & 0xffff_ffff
        switch operation {
        case .andConstant: registers[destination] = low & constant
        case .shiftRightByConstant: registers[destination] = low >> constant
        case .shiftLeftByConstant64: registers[destination] = value << constant
        case .jumpIfNotEqual: position += low != constant ? Int(instruction.offset) : 0
        default: position += low & constant != 0 ? Int(instruction.offset) : 0
        }
      case .or64, .jumpIfDifferent64:
        guard let value = registers[destination], let other = registers[source] else { return nil }
        if operation == .or64 {
          registers[destination] = value | other
        } else {
          position += value != other ? Int(instruction.offset) : 0
        }
      case .exit: return registers[0]
      case .upperHalf, nil: return nil
      }
    }
    return nil
  }

  /// What the kernel asks of every program: no instruction that can't be reached, no jump backwards
  /// or out, an exit at the end.
  fileprivate var isAcceptable: Bool {
    var reached: Set = [0]
    for (position, instruction) in instructions.enumerated() {
      guard reached.contains(position) else { return false }
      let operation = BPFOperation(rawValue: instruction.code)
      switch operation {
      case .jumpIfNotEqual, .jumpIfAnySet, .jumpIfDifferent64:
        guard instruction.offset >= 0 else { return false }
        reached.insert(position + 1 + Int(instruction.offset))
      default: break
      }
      if operation != .exit { reached.insert(position + 1) }
    }
    return reached.max() == instructions.count - 1
      && instructions.last?.code == BPFOperation.exit.rawValue
  }
}
