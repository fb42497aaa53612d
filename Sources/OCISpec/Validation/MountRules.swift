extension Spec.Mount {
  /// Whether it is a bind mount: what `type` says doesn't count. (config.md, Mounts)
  var isBind: Bool { options?.contains { $0 == "bind" || $0 == "rbind" } == true }

  func check(_ report: inout Report, at pointer: String, in linux: Spec.Linux?) {
    if destination.isEmpty { report.add("\(pointer)/destination", "must not be empty") }
    report.rejectNUL(in: destination, at: "\(pointer)/destination")
    report.rejectNUL(in: type, at: "\(pointer)/type")
    report.rejectNUL(in: source, at: "\(pointer)/source")
    report.rejectNUL(in: options, at: "\(pointer)/options")
    if isBind {
      checkBind(&report, at: pointer)
    } else if (type ?? "").isEmpty, options?.contains("remount") != true {
      report.add(
        "\(pointer)/type", "required for a mount that is not a bind",
        hint: "name a filesystem of /proc/filesystems, or add the option bind")
    }
    checkMappings(&report, at: pointer, in: linux)
  }

  private func checkBind(_ report: inout Report, at pointer: String) {
    if (source ?? "").isEmpty {
      report.add("\(pointer)/source", "required for a bind mount")
    }
    if options?.contains("copy-symlink") == true,
      options?.contains(where: { $0 == "src-nofollow" || $0 == "dest-nofollow" }) == true
    {
      report.add(
        "\(pointer)/options",
        "copy-symlink makes a link and no mount, so src-nofollow and dest-nofollow mean nothing",
        hint: "leave one of them out")
    }
    // The kernel would ignore them without a word: a bind shares its filesystem's options.
    for (index, option) in (options ?? []).enumerated()
    where !Vocabulary.mountOptions.contains(option) {
      report.add(
        "\(pointer)/options/\(index)",
        "a bind mount can't have the filesystem's option \(quoted(option))")
    }
  }

  private func checkMappings(_ report: inout Report, at pointer: String, in linux: Spec.Linux?) {
    let uids = uidMappings ?? []
    let gids = gidMappings ?? []
    let isMapped = options?.contains { $0 == "idmap" || $0 == "ridmap" } == true
    guard isMapped || !uids.isEmpty || !gids.isEmpty else { return }
    if !isBind {
      report.add(pointer, "only bind mounts can map IDs", hint: "add the option bind or rbind")
    }
    if uids.isEmpty != gids.isEmpty {
      let missing = uids.isEmpty ? "uidMappings" : "gidMappings"
      report.add("\(pointer)/\(missing)", "uidMappings and gidMappings go together")
    }
    if uids.isEmpty, gids.isEmpty, linux?.namespace("user") == nil {
      report.add(
        "\(pointer)/options", "idmap without mappings, and no user namespace to take them from",
        hint: "add uidMappings and gidMappings")
    }
    checkIDMappings(uids, &report, at: "\(pointer)/uidMappings")
    checkIDMappings(gids, &report, at: "\(pointer)/gidMappings")
  }
}
