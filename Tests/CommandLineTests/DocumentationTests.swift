import Testing

/// What the documentation shows is what is built.
@Suite struct DocumentationTests {
  private static let project = #filePath.replacing(
    "Tests/CommandLineTests/DocumentationTests.swift", with: "")

  @Test func theExampleIsTheOneThatIsBuilt() {
    let program = contents(of: "\(Self.project)Examples/HelloContainer/main.swift")
    #expect(contents(of: "\(Self.project)README.md").contains("```swift\n\(program)```\n"))
    #expect((10...30).contains(program.split(separator: "\n").count))
    #expect(contents(of: "\(Self.project)Package.swift").contains("Examples/HelloContainer"))
  }

  /// A target of the Makefile that a reader is told of is there.
  @Test func theTargetsOfTheReadmeAreThere() {
    let makefile = contents(of: "\(Self.project)Makefile")
    let targets = Set(
      contents(of: "\(Self.project)README.md").matches(of: #/(?:`|    )make ([a-z-]+)/#).map {
        $0.1
      }
    )
    .subtracting(["one"])
    #expect(targets.contains("install") && targets.contains("deb"))
    for target in targets { #expect(makefile.contains("\n\(target): "), "\(target)") }
  }
}
