import ApusRuntime
import ContainerPlan
import LinuxKernel

extension Command {
  static let list = Command(
    "list", "list the containers", count: 0...0,
    description: """
      Lists all containers that are kept in the folder that the global option --root
      names.
      """,
    options: [.format, .quiet]
  ) { invocation throws(RuntimeError) in
    let format = try OutputFormat(invocation.arguments, plain: "table")
    // The default folder comes with the first container; one that is named should be there.
    if invocation.hasOwnRoot {
      do throws(KernelError) {
        _ = try status(of: invocation.store.root)
      } catch {
        throw RuntimeError("list the containers of --root", error)
      }
    }
    let reports = try reportAll(in: invocation.store)
    if invocation.arguments.has(.quiet) {
      try output(reports.map { "\($0.id)\n" }.joined())
    } else if format == .plain {
      try output(table(reports))
    } else {
      try output(json: reports)
    }
    return 0
  }
}

extension Option {
  static let quiet = Option("quiet", short: "q", help: "show only the names")
}

private func reportAll(in store: ContainerStore) throws(RuntimeError) -> [ContainerReport] {
  var reports: [ContainerReport] = []
  var known: (id: UInt32, name: String)?
  for id in try store.ids() {
    do throws(RuntimeError) {
      let container = try Container(id, in: store)
      var report = container.report()
      if let owner = container.ownerID {
        let name = owner == known?.id ? known?.name : nil
        report.owner = name ?? userName(of: owner)
        known = (owner, report.owner)
      }
      reports.append(report)
    } catch {
      // One that is being made or deleted just now is no reason to hide the others.
      store.log(.warning, "left out of the list: \(error)")
    }
  }
  return reports
}

/// A user's name by /etc/passwd, or "#" and the number. The C library's look-up would load its
/// modules, which a static program can't.
private func userName(of id: UInt32) -> String {
  let bytes = (try? readFile("/etc/passwd")) ?? []
  return ContainerPlan.userName(of: id, inPasswd: bytes) ?? "#\(id)"
}

/// Columns as runc lays them out: at least 12 wide, at least 3 blanks apart.
private func table(_ reports: [ContainerReport]) -> [UInt8] {
  let rows =
    [["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"]]
    + reports.map { [$0.id, String($0.pid), $0.status, $0.bundle, $0.created, $0.owner] }
  var widths = [Int](repeating: 12, count: 5)
  for row in rows {
    for column in widths.indices { widths[column] = max(widths[column], width(row[column]) + 3) }
  }
  var text: [UInt8] = []
  for row in rows {
    for column in widths.indices {
      text += row[column].utf8
      text += repeatElement(UInt8(ascii: " "), count: widths[column] - width(row[column]))
    }
    text += row[5].utf8
    text.append(UInt8(ascii: "\n"))
  }
  return text
}

/// Code points, as runc counts them; taking characters apart would be most of what a long list costs.
private func width(_ cell: String) -> Int { cell.unicodeScalars.count }
