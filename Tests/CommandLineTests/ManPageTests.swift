import Testing

/// The manual pages, which are made of what `--help` says.
@Suite struct ManPageTests {
  let apus: Scratch

  init() throws {
    apus = try Scratch()
    let script = #filePath.replacing(
      "Tests/CommandLineTests/ManPageTests.swift", with: "Scripts/man-pages")
    let made = shell("APUS=\(apus.apus) SOURCE_DATE_EPOCH=86400 \(script) \(apus.folder)/man")
    try #require(made == Outcome(status: 0, output: "", errors: ""))
  }

  /// A page without the escapes of what it uses.
  private func page(_ name: String) -> String {
    contents(of: "\(apus.folder)/man/\(name).8").replacing("\\-", with: "-")
      .replacing(/\\f[BRI]/, with: "").replacing("\\(aq", with: "'").replacing("\n", with: " ")
  }

  @Test func oneForTheProgramAndEachCommand() {
    let names = shell("ls \(apus.folder)/man").output.split(separator: "\n").map(String.init)
    #expect(names.sorted() == (["apus.8"] + commands.map { "apus-\($0).8" }).sorted())
    for command in commands { #expect(page("apus").contains("apus-\(command)(8)"), "\(command)") }
    #expect(page("apus-list").contains(".TH APUS-LIST 8 1970-01-02 \"apus "))
  }

  /// With its value, and what the help says of it.
  @Test func everyOptionIsThere() throws {
    for command in [""] + commands {
      let page = page(command.isEmpty ? "apus" : "apus-\(command)")
      let help = apus("\(command) --help").output
      let options = help.split(separator: "\n").drop { !$0.hasSuffix("OPTIONS:") }.dropFirst()
      #expect(!options.isEmpty)
      for line in options {
        let parts = try #require(line.wholeMatch(of: #/ +((?:-\w, )?--.*?)  +(.*)/#))
        #expect(page.contains(".TP \(parts.1) \(parts.2)"), "\(command): \(line)")
      }
    }
  }

  @Test func whatTheHelpDescribesIsThere() throws {
    for command in commands {
      let help = apus("\(command) --help").output
      let text = try #require(help.firstMatch(of: /\nDESCRIPTION:\n((?:.*\n)*?)\nOPTIONS:/)?.1)
      let words = page("apus-\(command)").split(separator: " ")
        .filter { ![".PP", ".nf", ".fi"].contains($0) }.joined(separator: " ")
      #expect(
        words.contains(text.split { $0 == " " || $0 == "\n" }.joined(separator: " ")), "\(command)")
    }
  }

  @Test(.enabled(if: shell("command -v groff").status == 0, "no groff here"))
  func groffHasNothingToSay() {
    let checked = shell(
      "for page in \(apus.folder)/man/*; do groff -man -Tutf8 -ww -z $page; done")
    #expect(checked == Outcome(status: 0, output: "", errors: ""))
  }

  @Test(.enabled(if: shell("command -v mandoc").status == 0, "no mandoc here"))
  func mandocHasNothingToSay() {
    #expect(
      shell("mandoc -Tlint \(apus.folder)/man/*") == Outcome(status: 0, output: "", errors: ""))
  }
}
