import Foundation
import JSON
import OCISpec
import Testing

/// Reading and writing of config.json, state and features.
struct CodingTests {
  /// The names of what is nil anywhere in a value.
  private func absent(in value: Any, at path: String = "") -> [String] {
    let mirror = Mirror(reflecting: value)
    if mirror.displayStyle == .optional {
      guard let wrapped = mirror.children.first else { return [path] }
      return absent(in: wrapped.value, at: path)
    }
    return mirror.children.enumerated().flatMap { index, child in
      absent(in: child.value, at: "\(path)/\(child.label ?? String(index))")
    }
  }

  @Test func everyKeyIsRead() throws {
    var unknown: [UnknownKey] = []
    let spec = try decodeJSON(Spec.self, from: Array(everyKey.utf8), unknownKeys: &unknown)
    #expect(unknown.map(\.pointer) == [])
    #expect(absent(in: spec) == [])
    #expect(spec.linux?.seccomp?.syscalls?[0].args?[0].value == .max)
    #expect(spec.process?.rlimits?[0] == .init(type: "RLIMIT_CORE", hard: .max, soft: 1024))
  }

  /// There are two ways to read a configuration; they must not differ.
  @Test(arguments: [
    everyKey, encode(Spec.default()), encode(Spec.default(rootless: true)),
    #"{"ociVersion": "1.3.0", "linux": {"memoryPolicy": {"nodes": "0"}, "seccomp": {}}}"#,
  ])
  func allDecodersAgree(text: String) throws {
    struct Through<Value: Codable>: Codable { var value: Value }
    let direct = try spec(text)
    let wrapped = Array(#"{"value": \#(text)}"#.utf8)
    #expect(try decodeJSON(Through<Spec>.self, from: wrapped).value == direct)
    #expect(try JSONDecoder().decode(Spec.self, from: Data(text.utf8)) == direct)
    // Foundation's encoder writes numbers and keys its own way, but the same values.
    #expect(try decodeJSON(Spec.self, from: Array(JSONEncoder().encode(direct))) == direct)
    #expect(try spec(encode(direct)) == direct)
  }

  @Test func whatRuncLeavesOutIsFilledIn() throws {
    let spec = try spec(
      #"""
      {"ociVersion": "1.0.2", "root": {"path": "r"},
      "process": {"args": ["sh"], "ioPriority": {"class": "IOPRIO_CLASS_IDLE"}},
      "linux": {"devices": [{"path": "/pipe", "type": "p"}], "seccomp": {}}}
      """#)
    #expect(spec.process?.user == Spec.Process.User(uid: 0, gid: 0))
    #expect(spec.process?.cwd == "")
    #expect(spec.process?.ioPriority == .init(class: "IOPRIO_CLASS_IDLE", priority: 0))
    #expect(spec.linux?.devices == [Spec.Linux.Device(path: "/pipe", type: "p")])
    #expect(spec.linux?.seccomp?.defaultAction == "")
  }

  @Test(arguments: [
    ("{}", "/ociVersion: required, but missing"),
    ("[]", "expected an object, found an array"),
    ("null", "expected an object, found null"),
    (#"{"ociVersion": 1}"#, "/ociVersion: expected a string, found a number"),
    (
      #"{"ociVersion": "1.0.0", "process": {"args": "sh"}}"#,
      "/process/args: expected an array, found a string"
    ),
    (
      #"{"ociVersion": "1.0.0", "process": {"args": ["sh", 1]}}"#,
      "/process/args/1: expected a string, found a number"
    ),
    (
      #"{"ociVersion": "1.0.0", "process": {"user": {"uid": -1}}}"#,
      "/process/user/uid: -1 is out of range (0 to 4294967295)"
    ),
    (#"{"ociVersion": "1.0.0", "root": {}}"#, "/root/path: required, but missing"),
    (
      #"{"ociVersion": "1.0.0", "linux": {"devices": [{"path": "/d", "type": "c"}]}}"#,
      "/linux/devices/0/major: required, but missing"
    ),
    (
      #"{"ociVersion": "1.0.0", "linux": {"sysctl": {"net.a/b": 1}}}"#,
      "/linux/sysctl/net.a~1b: expected a string, found a number"
    ),
    (
      #"{"ociVersion": "1.0.0", "linux": {"resources": {"pids": {"limit": 1e3}}}}"#,
      "/linux/resources/pids/limit: expected a whole number, found 1e3"
    ),
    (
      #"{"ociVersion": "1.0.0", "linux": {"resources": {"rdma": {"x": []}}}}"#,
      "/linux/resources/rdma/x: expected an object, found an array"
    ),
  ])
  func wrongTypesTellThePointer(text: String, expected: String) {
    let direct = #expect(throws: JSONError.self) { try spec(text) }
    #expect(direct?.description == expected)
    struct Through: Decodable { var value: Spec }
    let wrapped = #expect(throws: JSONError.self) {
      try decodeJSON(Through.self, from: Array(#"{"value": \#(text)}"#.utf8))
    }
    let separator = expected.hasPrefix("/") ? "" : ": "
    #expect(wrapped?.description == "/value" + separator + expected)
  }

  @Test func unknownKeysAreToldButNotThoseOfDictionaries() throws {
    let text = #"""
      {"ociVersion": "1.0.0", "windows": {"x": 1}, "annotations": {"a": "b"},
      "process": {"args": ["sh"], "Cwd": "/", "user": {"uid": 0, "gid": 0, "name": "x"}},
      "mounts": [{"destination": "/"}, {"destination": "/", "target": "/"}],
      "linux": {"sysctl": {"any.thing": "1"}, "intelRdt": {"enableCMT": true},
      "resources": {"rdma": {"dev": {"hcaHandles": 1, "hca": 2}}}}}
      """#
    var unknown: [UnknownKey] = []
    _ = try decodeJSON(Spec.self, from: Array(text.utf8), unknownKeys: &unknown)
    #expect(
      unknown.map(\.pointer) == [
        "/windows", "/process/Cwd", "/process/user/name", "/mounts/1/target",
        "/linux/intelRdt/enableCMT", "/linux/resources/rdma/dev/hca",
      ])
  }

  @Test func stateIsWrittenAsTheSpecificationShowsIt() throws {
    let state = OCIState(
      ociVersion: "0.2.0", id: "oci-container1", status: "running", pid: 4422,
      bundle: "/containers/redis", annotations: ["myKey": "myValue", "another": "<b>"])
    let text = """
      {
          "ociVersion": "0.2.0",
          "id": "oci-container1",
          "status": "running",
          "pid": 4422,
          "bundle": "/containers/redis",
          "annotations": {
              "another": "\\u003cb\\u003e",
              "myKey": "myValue"
          }
      }
      """
    #expect(
      String(decoding: encodeJSON(state, style: .pretty(indent: "    ")), as: UTF8.self) == text)
    #expect(encode(state, .pretty(indent: "    ")) == text)
    #expect(try decodeJSON(OCIState.self, from: Array(text.utf8)) == state)
    #expect(try JSONDecoder().decode(OCIState.self, from: Data(text.utf8)) == state)
    #expect(
      encode(OCIState(id: "a", status: "stopped", bundle: "/b"))
        == #"{"ociVersion":"1.3.0","id":"a","status":"stopped","bundle":"/b"}"#)
  }

  @Test func featuresAreReadAndWritten() throws {
    let text = #"""
      {"ociVersionMin":"1.0.0","ociVersionMax":"1.3.0","hooks":["prestart"],"mountOptions":["ro"],"linux":{"namespaces":["cgroup"],"capabilities":["CAP_CHOWN"],"cgroup":{"v1":true,"v2":true,"systemd":true,"systemdUser":true,"rdma":true},"seccomp":{"enabled":true,"actions":["SCMP_ACT_ALLOW"],"operators":["SCMP_CMP_EQ"],"archs":["SCMP_ARCH_X86"],"knownFlags":["SECCOMP_FILTER_FLAG_LOG"],"supportedFlags":["SECCOMP_FILTER_FLAG_LOG"]},"apparmor":{"enabled":true},"selinux":{"enabled":false},"intelRdt":{"enabled":true,"schemata":true,"monitoring":true},"memoryPolicy":{"modes":["MPOL_BIND"],"flags":["MPOL_F_STATIC_NODES"]},"mountExtensions":{"idmap":{"enabled":true}},"netDevices":{"enabled":true}},"annotations":{"v":"1"},"potentiallyUnsafeConfigAnnotations":["bundle"]}
      """#
    var unknown: [UnknownKey] = []
    let features = try decodeJSON(
      Features.self, from: Array(text.utf8), unknownKeys: &unknown)
    #expect(unknown.map(\.pointer) == [])
    #expect(absent(in: features) == [])
    #expect(encode(features) == text)
  }
}
