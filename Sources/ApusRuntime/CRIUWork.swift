import CRIU
import LinuxKernel
import SystemPackage

/// The oldest CRIU that tells its version, which runc asks for, too.
private let oldestCRIU = CRIUVersion(3, 0)

extension CRIUSession {
  /// CRIU's version. Throws for one that is too old.
  func requireVersion(_ purpose: String) throws(RuntimeError) -> CRIUVersion {
    let version = try ask(CRIURequest(.version), purpose).version ?? CRIUVersion(0, 0)
    try version.require(oldestCRIU, "", purpose)
    return version
  }

  /// Throws where CRIU or the kernel lacks something.
  func require(_ feature: CRIURequest.Feature, _ name: String, _ purpose: String)
    throws(RuntimeError)
  {
    var request = CRIURequest(.featureCheck)
    request.feature = feature
    guard try ask(request, purpose).features.contains(feature) else {
      throw RuntimeError(
        "\(purpose): this CRIU or kernel lacks \(name); \"criu check --all\" tells more")
    }
  }

  /// Has a request done.
  /// - Parameter notified: what is to be done when something happens; what it throws ends the work.
  func perform(
    _ request: CRIURequest, _ purpose: String,
    _ notified: (_ event: String, inout CRIUAnswer) throws(RuntimeError) -> Void
  ) throws(RuntimeError) {
    try send(request, purpose)
    while true {
      var answer = try receive(purpose)
      guard answer.response.kind == .notify else {
        if answer.response.isSuccess { return }
        throw answer.response.failure(purpose)
      }
      var reply = CRIURequest(.notify)
      do throws(RuntimeError) {
        try notified(answer.response.event, &answer)
      } catch {
        reply.isDone = false
        try? send(reply, purpose)
        throw error
      }
      reply.isDone = true
      try send(reply, purpose)
    }
  }
}

extension CRIUVersion {
  /// Throws for one that is older.
  func require(_ oldest: CRIUVersion, _ reason: String, _ purpose: String) throws(RuntimeError) {
    guard self < oldest else { return }
    throw RuntimeError(
      "\(purpose): CRIU \(self) is too old\(reason); \(oldest) is needed")
  }

  /// Throws where CRIU can't leave a namespace of this kind alone.
  func requireExternal(_ kind: NamespaceKind, _ purpose: String) throws(RuntimeError) {
    try require(
      kind == .network ? CRIUVersion(3, 11) : CRIUVersion(3, 15),
      " for a \(kind.rawValue) namespace from outside", purpose)
  }
}

extension CRIUResponse {
  fileprivate func failure(_ purpose: String) -> RuntimeError {
    // What it says besides is the first error of its log, which may be of no consequence.
    let reason = errno > 0 ? ": \(Errno(rawValue: errno).named)" : ""
    return RuntimeError("\(purpose): CRIU failed\(reason)")
  }
}
