import Testing

/// Every option that the help of another runtime names is one here too, and takes a value or none as
/// it does there. An engine's command line need not change.
@Suite struct PeerOptionTests {
  /// An option, as the other one's help spells it.
  private struct PeerOption {
    var names: [String]
    var takesValue: Bool
  }

  @Test(.enabled(if: shell("command -v runc").status == 0, "no runc here"))
  func allOfRunc() throws {
    let help = shell("runc --help").output
    let listed = try #require(help.firstMatch(of: /\nCOMMANDS:\n((?: +\S.*\n)+)/)?.1)
    let commands = listed.split(separator: "\n").compactMap { line in
      line.split(separator: " ").first.map { String($0.prefix { $0 != "," }) }
    }
    #expect(commands.count > 15)
    try expectTaken(runcOptions(help), by: "")
    for command in commands where command != "help" {
      try expectTaken(runcOptions(shell("runc \(command) --help").output), by: command)
    }
  }

  @Test(.enabled(if: shell("command -v crun").status == 0, "no crun here"))
  func allOfCrun() throws {
    let help = shell("crun --help").output
    let listed = try #require(help.firstMatch(of: /\nCOMMANDS:\n((?:\t.*\n)+)/)?.1)
    let commands = listed.split(separator: "\n").compactMap { line in
      line.split(separator: " ").first.map { $0.filter { $0 != "\t" } }
    }
    #expect(commands.count > 10)
    try expectTaken(crunOptions(help), by: "")
    for command in commands {
      try expectTaken(crunOptions(shell("crun \(command) --help").output), by: command)
    }
  }

  /// After what is taken comes an option that nobody has, and it is that which is refused: had the
  /// other one a value where there is none, or none where there is one, it would be something else.
  private func expectTaken(_ options: [PeerOption], by command: String) throws {
    let apus = try Scratch()
    #expect(!options.isEmpty, "\(command)")
    for option in options {
      for name in option.names where name != "-h" && name != "--help" {
        let value = option.takesValue ? " 1" : ""
        let result = apus("\(command) \(name)\(value) --nobody-has-this")
        #expect(
          try loggedMessage(result.errors) == "unknown option --nobody-has-this",
          "\(command) \(name)")
      }
    }
  }

  /// "   --bundle value, -b value  path to …", and no more than its names where it takes no value.
  private func runcOptions(_ help: String) throws -> [PeerOption] {
    let lines = help.split(separator: "\n")
    guard let start = lines.firstIndex(where: { $0.hasSuffix("OPTIONS:") }) else {
      return [PeerOption(names: ["--help"], takesValue: false)]
    }
    return lines[start...].dropFirst().filter { $0.hasPrefix("   -") }.map { line in
      let words = line.dropFirst(3).prefix(upTo: line.firstRange(of: "  ", after: 3))
      return PeerOption(
        names: words.split(separator: ", ").map { String($0.prefix { $0 != " " }) },
        takesValue: words.contains(" value"))
    }
  }

  /// "  -b, --bundle=DIR   container …". Those that argp(3) brings along are none of crun's.
  private func crunOptions(_ help: String) -> [PeerOption] {
    help.split(separator: "\n").filter { $0.hasPrefix("  ") && $0.contains("--") }.compactMap {
      line in
      let words = line.split(separator: " ").prefix { $0.hasPrefix("-") }
      let names = words.map { word in
        String(word.prefix { $0 != "=" && $0 != "," && $0 != "[" })
      }
      .filter { !["-?", "--usage", "-V"].contains($0) }
      guard !names.isEmpty else { return nil }
      let value = words.last?.firstMatch(of: /[^\[]=/)
      return PeerOption(names: names, takesValue: value != nil)
    }
  }
}

extension Substring {
  fileprivate func firstRange(of text: String, after count: Int) -> Index {
    self[index(startIndex, offsetBy: count)...].firstRange(of: text)?.lowerBound ?? endIndex
  }
}
