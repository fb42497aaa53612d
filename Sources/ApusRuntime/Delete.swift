import CLinux
import Cgroups
import ContainerPlan
import Glibc
import LinuxKernel

extension ContainerStore {
  /// Removes a container and everything that was made for it.
  /// - Parameter force: kills it first when it runs, and is content when there is none.
  public func delete(_ id: String, force: Bool) throws(RuntimeError) {
    if var launch = launch("delete") {
      launch.add("--force", if: force)
      launch.add("--", id)
      _ = try launch.run("delete container \"\(id)\"")
      return
    }
    try Self.check(id: id)
    if force, !exists(id) { return }
    let container: Container
    do throws(RuntimeError) {
      container = try Container(id, in: self)
    } catch {
      // Its creation was cut short before there was anything but the folder; or it is of no use.
      guard force, let folder = try? lock(id) else { throw error }
      return try attempt("delete container \"\(id)\"") { () throws(KernelError) in
        try removeFolder(id, folder.number)
      }
    }
    try container.delete(force: force)
  }

  func removeFolder(_ id: String, _ folder: Int32) throws(KernelError) {
    try HostMounts.undo(notedIn: folder)
    // Mostly that is all there is.
    try? remove("state.json", at: folder)
    do throws(KernelError) {
      try remove("\(root)/\(id)", directory: true)
    } catch {
      switch error.errno {
      case .noSuchFileOrDirectory: return
      case .directoryNotEmpty:
        try removeContent(of: folder, path: "\(root)/\(id)")
        try remove("\(root)/\(id)", directory: true)
      default: throw error
      }
    }
  }
}

extension Container {
  /// Removes everything that was made for it, its processes, cgroups and record in this order, and
  /// runs the poststop hooks.
  /// - Parameter force: kills it first when it runs.
  public func delete(force: Bool) throws(RuntimeError) {
    if store.workplace != .thisProcess { return try store.delete(id, force: force) }
    // Before the lock: a start may hold it and wait for this very init.
    if force, isAlive { try? deliver(.kill) }
    let folder = try store.lock(id)
    let now = (try? Container(id, in: store)) ?? self
    try now.delete(folder.number, force: force)
  }

  private func delete(_ folder: Int32, force: Bool) throws(RuntimeError) {
    let status = self.status
    // The lock is ours, so "creating" would be about ourselves.
    guard force || status == .stopped || status == .created || status == .creating else {
      throw RuntimeError(
        "cannot delete container \"\(id)\" that is not stopped: it is \(status.rawValue); "
          + "stop it first, or use --force")
    }
    store.trace?.end("find the container")
    try attempt("delete container \"\(id)\"") { () throws(KernelError) in
      if let process = try? openInit() {
        try? process.send(.kill)
        if status == .paused { try cgroup.setFrozen(false) }
        let seconds = CgroupPaths.secondsToEnd
        guard try process.waitUntilEnded(milliseconds: Int32(seconds) * 1000) else {
          throw KernelError(
            call: "wait \(seconds) s for what SIGKILL has to end,",
            subject: cgroup.survivors(or: process.pid), errno: .timedOut)
        }
      }
      store.trace?.end("end its processes")
      try cgroup.remove()
      for path in record.resctrlGroupsMade { try removeResctrlGroup(path) }
    }
    store.trace?.end("remove its cgroups")
    store.clearUnit(of: record, "delete container \"\(id)\"")
    try attempt("delete container \"\(id)\"") { () throws(KernelError) in
      try store.removeFolder(id, folder)
    }
    store.trace?.end("remove the state's folder")
    runPoststopHooks()
  }

  func runPoststopHooks() {
    for (index, hook) in record.config.hooks.poststop.enumerated() {
      do throws(HookFailure) {
        try hook.run(state(as: .stopped), in: record.bundle)
      } catch {
        store.log(
          .warning,
          "delete container \"\(id)\": "
            + "\(hook.failure("poststop", "/hooks/poststop/\(index)")): \(error)")
      }
    }
  }
}
