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

  /// What a terminal shows after a tabulator: zsh completes nowhere else.
  @Test(.enabled(if: shell("command -v zsh").status == 0, "no zsh here")) func inZsh() {
    func zsh(_ line: String) -> String {
      let result = shell(
        #"""
        cd \#(apus.folder) && cat > zsh.sh <<'END'
        zmodload zsh/zpty
        zpty shell 'TERM=dumb zsh -f -i'
        zpty -w shell "PS1= PS2= fpath=($PWD/made \$fpath) COLUMNS=300 LISTMAX=1000
          unsetopt prompt_cr prompt_sp list_ambiguous; autoload -U compinit; compinit -D -u
          stty -echo; echo BEG''IN"
        zpty -r -m shell skipped '*BEGIN*'
        zpty -w -n shell "$1"$'\t'
        zpty -w -n shell $'\x15echo E'"'N'D"$'\n'
        zpty -r -m shell shown '*END*'
        print -r -- $shown
        END
        PATH=$PWD/bin:$PATH HOME=$PWD timeout 20 zsh -f zsh.sh '\#(line)'
        """#)
      #expect(result.status == 0, "\(result)")
      return result.output
    }
    for (line, words) in Self.lines where !words.isEmpty {
      func named(_ text: String) -> String { text.replacing("ID", with: apus.id) }
      let shown = zsh(named(line))
      for word in words {
        // One alone is put in the place of its beginning.
        #expect(shown.contains(named(word)), "\(line): \(shown)")
      }
    }
    #expect(zsh("apus kill \(apus.id)-one KI").contains("KILL"))
    #expect(!zsh("apus --root state run \(apus.id)").contains("\(apus.id)-"))
    #expect(zsh("apus create -b roo").contains("rootfs/"))
  }
}
