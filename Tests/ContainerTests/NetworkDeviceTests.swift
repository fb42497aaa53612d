import Glibc
import OCISpec
import Testing

/// `netDevices` in config.json: devices of the host become the container's.
@Suite struct NetworkDeviceTests {
  /// A device of the host that goes away with the container, and its other end.
  private let outer: String
  private let inner: String

  init() throws {
    let number = UInt32.random(in: 0..<1 << 24)
    inner = "ad" + String(number, radix: 16)
    outer = "ae" + String(number, radix: 16)
    let made = try shell("ip link add \(outer) type veth peer name \(inner)")
    try #require(made == .silently)
  }

  private func cleanUp() { _ = try? shell("ip link delete \(outer) 2> /dev/null") }

  @Test func oneIsMovedWithItsAddressesAndIsUp() throws {
    defer { cleanUp() }
    let prepared = try shell(
      """
      ip address add 10.231.7.2/24 brd + dev \(inner)
      ip address add fd00:231::2/64 dev \(inner) nodad
      ip address add 10.231.8.2/24 scope link dev \(inner)
      ip address add 10.231.9.2/24 dev \(inner) valid_lft 1000 preferred_lft 1000
      ip link set \(inner) up; ip link set \(outer) up
      """)
    #expect(prepared == .silently)
    let apus = try Sandbox("/bin/sh", "-c", "ip -o address; ip -o link") {
      $0.linux?.netDevices = [inner: .init(name: "inside0")]
    }
    let run = try apus.run()
    #expect(run.status == 0)
    #expect(run.output.contains("inet 10.231.7.2/24 brd 10.231.7.255"), "\(run)")
    #expect(run.output.contains("inet6 fd00:231::2/64"))
    #expect(!run.output.contains("10.231.8.2"))
    #expect(!run.output.contains("10.231.9.2"))
    let link = run.output.split(separator: "\n").first {
      $0.contains("inside0@") && $0.contains("<")
    }
    #expect(link?.contains(",UP") == true, "\(run)")
  }

  static let hasDummies =
    (try? shell("ip link add ad231 type dummy && ip link delete ad231"))?.status == 0

  /// Both devices of a pair go when one does; a dummy stands alone, as hardware does.
  @Test(.enabled(if: hasDummies, "this kernel makes no dummy devices")) func oneWithoutAPeer()
    throws
  {
    defer { cleanUp() }
    let dummy = "\(inner)d"
    let made = try shell(
      """
      # With it from the first, for udev gives one to a device that has none.
      ip link add \(dummy) address 02:00:00:00:02:31 type dummy
      ip link set \(dummy) mtu 1400 txqueuelen 7
      ip address add 10.231.10.2/24 dev \(dummy)
      """)
    #expect(made == .silently)
    let apus = try Sandbox("/bin/sh", "-c", "ip -o address; ip -o link") {
      $0.linux?.netDevices = [dummy: .init(name: "inside0")]
    }
    let output = try apus.run().output
    #expect(output.contains("inet 10.231.10.2/24"), "\(output)")
    let link = output.split(separator: "\n").first { $0.contains("inside0") && $0.contains("<") }
    for part in [",UP", "mtu 1400", "qlen 7", "02:00:00:00:02:31"] {
      #expect(link?.contains(part) == true, "\(part): \(output)")
    }
    #expect(access("/sys/class/net/\(dummy)", F_OK) != 0)
  }

  @Test func namesAreKeptOrNumbered() throws {
    defer { cleanUp() }
    let apus = try Sandbox("/bin/ls", "/sys/class/net") { $0.linux?.netDevices = [inner: .init()] }
    #expect(try apus.run() == Finished(status: 0, output: "\(inner)\nlo\n", errors: ""))
    // The kernel takes its time to clean up after the first one.
    let again = try eventually {
      try shell("ip link add \(outer) type veth peer name \(inner)") == .silently
    }
    #expect(again)
    try apus.configure { $0.linux?.netDevices = [inner: .init(name: "eth%d")] }
    #expect(try apus.run() == Finished(status: 0, output: "eth0\nlo\n", errors: ""))
  }

  @Test func oneThatIsNotThereIsRefused() throws {
    defer { cleanUp() }
    let apus = try Sandbox("/bin/true") { $0.linux?.netDevices = ["none231": .init()] }
    expectRefusal(try apus.create(), "/linux/netDevices/none231", "ENODEV")
    #expect(apus.leftovers() == [])
  }

  @Test func aNameThatIsTakenIsRefused() throws {
    defer { cleanUp() }
    let apus = try Sandbox("/bin/true") { $0.linux?.netDevices = [inner: .init(name: "lo")] }
    expectRefusal(try apus.create(), "/linux/netDevices/\(inner)", "EEXIST")
    #expect(access("/sys/class/net/\(inner)", F_OK) == 0)
    #expect(apus.leftovers() == [])
  }

  @Test func aUserNamespaceCanHaveOne() throws {
    defer { cleanUp() }
    let apus = try UserNamespaceTests().sandbox("/bin/ls", "/sys/class/net") {
      $0.linux?.netDevices = [inner: .init()]
    }
    #expect(try apus.run() == Finished(status: 0, output: "\(inner)\nlo\n", errors: ""))
  }
}
