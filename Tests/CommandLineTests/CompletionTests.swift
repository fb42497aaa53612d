import Testing

/// Completions, which are made of what `--help` says, in the shells that they are for.
@Suite struct CompletionTests {
  let apus: Scratch

  init() throws {
    apus = try Scratch()
    let script = #filePath.replacing(
      "Tests/CommandLineTests/CompletionTests.swift", with: "Scripts/completions")
    let made = shell(
      """
      APUS=\(apus.apus) \(script) \(apus.folder)/made && mkdir \(apus.folder)/bin &&
      ln -s $(realpath \(apus.apus)) \(apus.folder)/bin/apus
      """)
    try #require(made == Outcome(status: 0, output: "", errors: ""))
    try apus.makeBundle()
    for name in ["one", "two"] { try #require(apus("create \(apus.id)-\(name)").status == 0) }
  }

  /// A command line up to the cursor, and what may stand in the place of its last word. ID stands for
  /// what the names of two containers begin with.
  private static let lines: [(line: String, words: [String])] = [
    ("apus st", ["start", "state"]), ("apus upd", ["update"]), ("apus help fea", ["features"]),
    ("apus --log-f", ["--log-format"]), ("apus --log-format ", ["json", "text"]),
    ("apus --cgroup-manager s", ["systemd"]), ("apus --rootless a", ["auto"]),
    ("apus --log-level w", ["warning"]), ("apus --debug pau", ["pause"]),
    ("apus --root state --debug ev", ["events"]),
    ("apus create --con", ["--config", "--console-socket"]),
    ("apus exec --ig", ["--ignore-paused"]), ("apus list --format ", ["json", "table"]),
    ("apus check -f ", ["json", "text"]), ("apus list --q", ["--quiet"]),
    ("apus --root state start ID", ["ID-one", "ID-two"]),
    ("apus --root state delete --force ID-t", ["ID-two"]),
    ("apus --root state update --memory 5M ID-o", ["ID-one"]),
    ("apus --root state --log-level info exec -e A=B -t ID-", ["ID-one", "ID-two"]),
    ("apus trace conf", ["config.json"]), ("apus --trace f exec --cap", ["--cap"]),
    ("apus --root none kill ID", []), ("apus --root state run ID", []),
    ("apus --root state list ID", []), ("apus update --memory j", []),
  ]

  /// How bash splits a command line.
  private func bash(_ line: String) -> [String] {
    let words = line.split(separator: " ", omittingEmptySubsequences: false).joined(
      separator: "' '")
    let result = shell(
      """
      cd \(apus.folder) && PATH=$PWD/bin:$PATH bash -c '. made/apus.bash
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _apus apus "${!#}" && [ ${#COMPREPLY[@]} != 0 ] &&
        printf "%s\\n" "${COMPREPLY[@]}"' bash '\(words)'
      """)
    #expect(result.errors == "")
    return result.output.split(separator: "\n").map(String.init)
  }

  @Test func inBash() {
    for (line, words) in Self.lines {
      func named(_ text: String) -> String { text.replacing("ID", with: apus.id) }
      #expect(bash(named(line)).sorted() == words.map(named), "\(line)")
    }
    // It takes "--root=state" for three words.
    #expect(bash("apus --root = state kill \(apus.id)-o") == ["\(apus.id)-one"])
    #expect(bash("apus --log-format = j") == ["json"])
    #expect(bash("apus --log-format =").sorted() == ["json", "text"])
    #expect(bash("apus kill \(apus.id)-one SIGKI") == ["SIGKILL"])
    #expect(bash("apus create -b bu").isEmpty && bash("apus create -b roo") == ["rootfs"])
    #expect(bash("apus exec -p conf") == ["config.json"])
    #expect(bash("apus spec --bundle conf") == [])
  }

  @Test func everyOptionInBash() {
    for command in [""] + commands {
      let help = apus("\(command) --help").output
      let options = help.matches(of: /\n   (?:(-\w), |    )(--[a-z0-9-]+)/).flatMap {
        [$0.1, $0.2].compactMap { $0.map(String.init) }
      }
      #expect(options.count > 1)
      #expect(bash("apus \(command.isEmpty ? "" : "\(command) ")-").sorted() == options.sorted())
    }
  }

  @Test(.enabled(if: shell("command -v fish").status == 0, "no fish here")) func inFish() {
    func fish(_ line: String) -> [String] {
      let result = shell(
        """
        cd \(apus.folder) && PATH=$PWD/bin:$PATH HOME=$PWD \
        fish --no-config -c 'source made/apus.fish; complete -C "\(line)"'
        """)
      #expect(result.errors == "", "\(line)")
      return result.output.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
    }
    for (line, words) in Self.lines {
      func named(_ text: String) -> String { text.replacing("ID", with: apus.id) }
      #expect(fish(named(line)).sorted() == words.map(named), "\(line)")
    }
    #expect(fish("apus --root=state kill \(apus.id)-o") == ["\(apus.id)-one"])
    #expect(fish("apus --log-format=j") == ["--log-format=json"])
    #expect(fish("apus kill \(apus.id)-one SIGKI") == ["SIGKILL"])
    #expect(fish("apus exec -p conf") == ["config.json"])
  }

  /// zsh completes only at a terminal. There each tabulator puts the next match in the place of the last
  /// word; a key of our own prints the line.
  private func zsh(_ lines: [(tabulators: Int, line: String)]) throws -> [String] {
    let input = lines.map { "\($0.tabulators) \($0.line)\n" }.joined()
    let result = shell(
      #"""
      cd \#(apus.folder) && cat > zsh.sh <<'END' && cat > lines <<'LINES'
      zmodload zsh/zpty
      zpty shell 'TERM=dumb zsh -f -i'
      zpty -w shell "PS1= PS2= fpath=($PWD/made \$fpath) COLUMNS=300
        setopt menu_complete; unsetopt prompt_cr prompt_sp beep
        autoload -U compinit; compinit -D -u
        show() { print -r -- \"<<\$BUFFER>>\"; BUFFER= }
        zle -N show; bindkey '^G' show; stty -echo; echo BEG''IN"
      zpty -r -m shell skipped '*BEGIN*'
      while read -r count line; do
        [[ $line == *. ]] && line=${line%.}
        zpty -w -n shell "$line"
        repeat $count zpty -w -n shell $'\t'
        zpty -w -n shell $'\a'
        zpty -r -m shell shown '*<<*>>*'
        print -r -- ${${shown##*<<}%%>>*}
      done < lines
      END
      \#(input)LINES
      PATH=$PWD/bin:$PATH HOME=$PWD timeout 100 zsh -f zsh.sh
      """#)
    try #require(result.status == 0 && result.errors == "", "\(result)")
    let completed = result.output.split(separator: "\n").map(String.init)
    try #require(completed.count == lines.count, "\(result)")
    return completed
  }

  @Test(.enabled(if: shell("command -v zsh").status == 0, "no zsh here")) func inZsh() throws {
    let tried = Self.lines.flatMap { line, words in
      (1...max(1, words.count)).map {
        (tabulators: $0, line: "\(line.replacing("ID", with: apus.id)).")
      }
    }
    var completed = try zsh(tried)[...]
    for (line, words) in Self.lines {
      let begun =
        line.split(separator: " ", omittingEmptySubsequences: false).last.map(String.init) ?? ""
      let expected = words.isEmpty ? [begun] : words
      // "--option=" is ready for its value.
      let found = completed.prefix(expected.count).map { line in
        String(line.split { $0 == " " }.last ?? "").replacing("=", with: "")
      }
      completed = completed.dropFirst(expected.count)
      #expect(found.sorted() == expected.map { $0.replacing("ID", with: apus.id) }, "\(line)")
    }
    #expect(
      try zsh([
        (1, "apus kill \(apus.id)-one KI"), (1, "apus create -b roo"),
        (1, "apus --root=state kill \(apus.id)-o"),
      ]) == [
        "apus kill \(apus.id)-one KILL ", "apus create -b rootfs/",
        "apus --root=state kill \(apus.id)-one ",
      ])
  }
}
