import JSON
import OCISpec
import Testing

/// One rule: what is changed in a valid specification, and what is then said, and where.
struct Rule: CustomTestStringConvertible, Sendable {
  let pointer: String
  let problem: String
  let change: @Sendable (inout Spec) -> Void

  init(_ pointer: String, _ problem: String, _ change: @escaping @Sendable (inout Spec) -> Void) {
    self.pointer = pointer
    self.problem = problem
    self.change = change
  }

  var testDescription: String { "\(pointer): \(problem)" }

  /// The specification that breaks the rule, as a user would have written it.
  func broken() throws -> Spec {
    var spec = minimal
    change(&spec)
    return try OCISpecTests.spec(encode(spec))
  }
}

/// Every rule of `validate()` and `warnings()` once, and what must not be complained about.
struct ValidationTests {
  @Test func theMinimumIsValid() {
    #expect(minimal.validate() == [])
    #expect(minimal.warnings() == [])
    #expect(Spec(root: Spec.Root(path: "/")).validate() == [], "create needs no process")
  }

  @Test(
    arguments: baseRules + processRules + mountRules + namespaceRules + linuxRules + resourceRules
      + seccompRules)
  func aBrokenRuleIsTold(rule: Rule) throws {
    let spec = try rule.broken()
    let violations = spec.validate().map { Violation(pointer: $0.pointer, problem: $0.problem) }
    #expect(violations == [Violation(pointer: rule.pointer, problem: rule.problem)])
  }

  @Test(arguments: warnings)
  func aWarningIsNoViolation(rule: Rule) throws {
    let spec = try rule.broken()
    #expect(spec.warnings().map(\.description) == ["\(rule.pointer): \(rule.problem)"])
    #expect(spec.validate() == [])
  }

  @Test(arguments: accepted)
  func whatIsAllowedIsNotComplainedAbout(rule: Rule) throws {
    let spec = try rule.broken()
    #expect(spec.validate() == [])
  }

  @Test func everythingWrongIsToldAtOnce() {
    let spec = Spec(ociVersion: "x", process: Spec.Process(cwd: "a"), hostname: "h")
    #expect(
      spec.validate().map(\.pointer)
        == ["/ociVersion", "/process/args", "/process/cwd", "/root", "/hostname"])
  }

  @Test func hintsSayWhatToDo() {
    var spec = minimal
    spec.hostname = "h"
    #expect(
      spec.validate().map(\.description) == [
        "/hostname: can't be set without a UTS namespace "
          + "(add {\"type\": \"uts\"} to /linux/namespaces)"
      ])
  }

  @Test func longStringsAreShortened() {
    var spec = minimal
    spec.process?.cwd = String(repeating: "x", count: 1_000_000)
    spec.hostname = String(repeating: "y", count: 1_000_000)
    let violations = spec.validate()
    #expect(violations.count == 3)
    #expect(violations.allSatisfy { $0.description.utf8.count < 200 })
  }

  @Test func aProcessAlone() {
    let process = Spec.Process(args: [], cwd: "tmp")
    #expect(process.validate().map(\.pointer) == ["/args", "/cwd"])
    #expect(Spec.Process(args: ["sh"]).validate() == [])
  }
}
