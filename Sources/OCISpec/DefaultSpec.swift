extension Spec {
  /// The configuration that `runc spec` writes.
  ///
  /// - Parameters:
  ///   - rootless: for a user without root's rights, in a user namespace of its own.
  ///   - uid: the rootless user's ID on the host, mapped to root's inside.
  ///   - gid: the rootless user's group ID on the host, mapped to root's inside.
  ///   - unifiedCgroups: whether the host has only cgroup v2, which adds a cgroup namespace.
  public static func `default`(
    rootless: Bool = false, uid: UInt32 = 0, gid: UInt32 = 0, unifiedCgroups: Bool = false
  ) -> Spec {
    Spec()
  }
}
