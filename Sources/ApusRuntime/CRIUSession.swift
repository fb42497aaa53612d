import CLinux
import CRIU
import Cgroups
import ContainerPlan
import Glibc
import LinuxKernel

/// A CRIU that was started for one piece of work (`criu swrk`), and the socket to it.
struct CRIUSession: ~Copyable {
  /// The process.
  let process: ProcessDescriptor
  private var socket: PacketSocket?
  /// The folders of the images and of the log as the prepared process sees them. CRIU looks for them by
  /// their numbers in this one, and mounts in the second what it can't in another mount namespace.
  private var images: Descriptor?
  private var work: Descriptor?

  /// The number of the socket in CRIU.
  private static let socketNumber: Int32 = 3
  /// The number in CRIU of the first descriptor that is passed.
  static let firstPassed: Int32 = 4

  /// What a restore asks of the process before it becomes CRIU.
  struct Preparation {
    /// The cgroup that it is born in, or moves to.
    let cgroup: CgroupPaths
    /// Makes the host's mounts ready.
    let mount: () throws(KernelError) -> Void
    /// The folders of the images and of the log.
    let folders: (images: String, work: String)
  }

  /// Where CRIU is.
  static func find(_ purpose: String) throws(RuntimeError) -> String {
    do throws(KernelError) {
      return try findProgram(
        "criu", ["PATH=\(environmentVariable("PATH") ?? "/usr/sbin:/usr/bin")"])
    } catch {
      throw RuntimeError(
        "\(purpose): \(error); install CRIU, in Debian and Fedora the package criu")
    }
  }

  /// Starts it.
  /// - Parameters:
  ///   - path: where it is.
  ///   - passed: descriptors that it has from ``firstPassed`` on.
  ///   - preparation: nil: it has no standard streams, and is where this process is. Else it waits for
  ///     ``proceed(_:)`` before it prepares itself.
  init(
    _ path: String, passing passed: [Int32] = [], _ preparation: Preparation?, _ purpose: String
  ) throws(RuntimeError) {
    let starting = "\(purpose): start CRIU"
    let sockets = try attempt(starting) { () throws(KernelError) in try PacketSocket.pair() }
    let cgroup = preparation?.cgroup ?? CgroupPaths(directories: [])
    let cloned = try attempt(starting) { () throws(KernelError) in
      try cgroup.clone(into: [], besides: 0)
    }
    switch consume cloned {
    case .child: Self.become(path, sockets.inner, passed, preparation)
    case .parent(let process):
      self.process = process
      socket = sockets.outerAlone()
    }
  }

  /// What the child does: it prepares what it was asked to, and becomes CRIU. What fails it says in a
  /// message that begins with a zero, as none of CRIU's does.
  private static func become(
    _ path: String, _ socket: consuming PacketSocket, _ passed: [Int32],
    _ preparation: Preparation?
  ) -> Never {
    do throws(KernelError) {
      var none = sigset_t()
      sigemptyset(&none)
      sigprocmask(SIG_SETMASK, &none, nil)
      if let preparation {
        if try socket.receive().bytes.isEmpty { _exit(1) }  // the runtime is gone
        try preparation.cgroup.join()
        try preparation.mount()
        for path in [preparation.folders.images, preparation.folders.work] {
          let folder = try open(path, [.readOnly, .directory])
          try socket.send([1], with: folder.number)
        }
      } else {
        let null = try open("/dev/null", .readWrite)
        for stream in 0...2 as ClosedRange<Int32> {
          try check("dup3", "/dev/null") { apus_dup3(null.number, stream, 0) }
        }
      }
      // First out of the way of each other.
      let numbers = [socket.number] + passed
      var copies: [Int32] = []
      for number in numbers {
        copies.append(try duplicate(number, atLeast: socketNumber + Int32(numbers.count)).release())
      }
      apus_close_range(3, UInt32.max, 4 /* CLOSE_RANGE_CLOEXEC */)
      for (index, copy) in copies.enumerated() {
        try check("dup3", "for CRIU") { apus_dup3(copy, socketNumber + Int32(index), 0) }
      }
      throw replaceProcess(path, ["criu", "swrk", "\(socketNumber)"], variables())
    } catch {
      try? socket.send([0] + Array(error.description.utf8))
      _exit(127)
    }
  }

  private static func variables() -> [String] {
    var result: [String] = []
    var entry = apus_environ()
    while let variable = entry?.pointee {
      result.append(String(cString: variable))
      entry = entry.map { $0 + 1 }
    }
    return result
  }

  /// Lets the process prepare itself and become CRIU. Returns when it is prepared, with the folders.
  mutating func proceed(_ purpose: String) throws(RuntimeError) -> (images: Int32, work: Int32?) {
    try send([1], purpose)
    images = try receiveFolder(purpose)
    work = try receiveFolder(purpose)
    return (images.polledNumber, work.polledNumber)
  }

  private func receiveFolder(_ purpose: String) throws(RuntimeError) -> Descriptor {
    var packet = try receivePacket(purpose)
    guard let folder = packet.passenger.take() else { throw broken(packet.bytes, purpose) }
    return folder
  }

  /// Sends a request.
  func send(_ request: CRIURequest, _ purpose: String) throws(RuntimeError) {
    try send(request.encoded, purpose)
  }

  /// Receives an answer or a notification, and a descriptor if one came along.
  func receive(_ purpose: String) throws(RuntimeError) -> CRIUAnswer {
    var packet = try receivePacket(purpose)
    guard let response = CRIUResponse(packet.bytes) else { throw broken(packet.bytes, purpose) }
    return CRIUAnswer(response: response, descriptor: packet.passenger.take())
  }

  /// Asks for something that is answered at once; another request may follow.
  func ask(_ request: consuming CRIURequest, _ purpose: String) throws(RuntimeError) -> CRIUResponse
  {
    request.isFollowed = true
    try send(request, purpose)
    return try receive(purpose).response
  }

  private func send(_ bytes: [UInt8], _ purpose: String) throws(RuntimeError) {
    do throws(KernelError) {
      try socket?.send(bytes)
    } catch {
      // It has ended, and perhaps said why.
      let packet = try receivePacket(purpose)
      throw broken(packet.bytes, purpose)
    }
  }

  private func receivePacket(_ purpose: String) throws(RuntimeError) -> Packet {
    do throws(KernelError) {
      guard let packet = try socket?.receive() else {
        throw KernelError(call: "recvmsg", subject: "", errno: .socketNotConnected)
      }
      return packet
    } catch {
      throw RuntimeError("\(purpose): hear from CRIU", error)
    }
  }

  private func broken(_ bytes: [UInt8], _ purpose: String) -> RuntimeError {
    if bytes.first == 0 {
      return RuntimeError("\(purpose): \(String(decoding: bytes.dropFirst(), as: UTF8.self))")
    }
    let hasEnded = (try? process.waitUntilEnded(milliseconds: 1000)) ?? false
    let end = hasEnded ? process.end.map { "\($0)" } : nil
    return RuntimeError(
      "\(purpose): "
        + (bytes.isEmpty
          ? "CRIU \(end ?? "closed the connection") without an answer" : "CRIU's answer is none"))
  }

  /// Closes the socket, which ends CRIU if nothing else does, and reaps it.
  mutating func end() -> Termination? {
    socket = nil
    let hasEnded = (try? process.waitUntilEnded(milliseconds: 10_000)) ?? false
    // One that no signal ends is left to its own.
    guard hasEnded || process.kill(waiting: CgroupPaths.secondsToEnd) else { return nil }
    return (try? process.reap()).flatMap { $0 }
  }
}

/// What came from CRIU.
struct CRIUAnswer: ~Copyable {
  let response: CRIUResponse
  var descriptor: Descriptor?
}
