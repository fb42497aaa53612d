import Testing

/// What is written for a person to begin with, and what is told of this build.
@Suite struct SpecTests {
  @Test(arguments: ["spec", "spec -b .", "spec --bundle=bundle/..", "spec --rootless"])
  func specWritesAFileAndPrintsNothing(words: String) throws {
    let apus = try Scratch()
    _ = shell("mkdir \(apus.folder)/bundle")
    #expect(apus(words) == Outcome(status: 0, output: "", errors: ""))
    let written = contents(of: "\(apus.folder)/config.json")
    #expect(written.hasPrefix("{\n\t\"ociVersion\": \"1.3.0\",\n"))
    #expect(written.hasSuffix("\n}"))
    #expect(written.contains("\"uidMappings\"") == words.contains("rootless"))
  }

  @Test func specNeverOverwrites() throws {
    let apus = try Scratch()
    _ = shell("echo mine > \(apus.folder)/config.json")
    let result = apus("spec")
    #expect(result.status == 1)
    #expect(try loggedMessage(result.errors).contains("File config.json exists. Remove it first"))
    #expect(contents(of: "\(apus.folder)/config.json") == "mine\n")
  }

  @Test(.enabled(if: shell("command -v runc").status == 0, "no runc here"))
  func specIsThatOfRunc() throws {
    let apus = try Scratch()
    for words in ["", "--rootless"] {
      let compared = shell(
        """
        cd \(apus.folder) && rm -f config.json && runc spec \(words) && mv config.json theirs &&
        \(apus.apus) spec \(words) &&
        # Their version is that of the specification; old ones set ambient capabilities.
        sed -i -e 's/"ociVersion": ".*"/"ociVersion": "1.3.0"/' \
          -e '/"ambient": \\[/,/\\]/d' theirs &&
        # A comma that is the last of its object after that.
        sed -i -z 's/\\],\\n\\t\\t}/]\\n\\t\\t}/' theirs && diff theirs config.json
        """)
      #expect(compared == Outcome(status: 0, output: "", errors: ""))
    }
  }

  @Test func featuresTellWhatIsBuiltIn() throws {
    let result = try Scratch()("features")
    #expect(result.status == 0)
    #expect(result.errors == "")
    for part in [
      "    \"ociVersionMin\": \"1.0.0\",\n    \"ociVersionMax\": \"1.3.0\",\n",
      "\"poststop\"", "\"rnosuid\"", "\"CAP_CHECKPOINT_RESTORE\"", "\"SCMP_ACT_TRACE\"",
      "\"v1\": true,\n            \"v2\": true,\n            \"systemd\": true,",
      "\"apparmor\": {\n            \"enabled\": true\n        }",
    ] { #expect(result.output.contains(part), "\(part)") }
    for part in ["\"user\"", "\"time\"", "\"ridmap\"", "\"MPOL_BIND\"", "SCMP_ACT_NOTIFY"] {
      #expect(result.output.contains(part), "\(part)")
    }
  }

  @Test func planShowsTheStepsAndDoesNone() throws {
    let apus = try Scratch()
    try apus.makeBundle()
    let text = apus("plan")
    #expect(text.status == 0)
    #expect(text.output.split(separator: "\n").count > 20)
    #expect(text.output.contains("/process/args"))
    let json = shell("\(apus.apus) plan --bundle \(apus.folder) -f json")
    #expect(json.status == 0)
    #expect(json.output.first == "[" || json.output.first == "{")
    #expect(json.output.contains("\"/process/args\""))
    #expect(apus("list -f json").output == "null\n")
  }
}
