import LinuxKernel
import OCISpec
import Testing

@testable import ContainerPlan

/// Options of mounts (config.md, Linux mount options).
struct MountOptionsTests {
  @Test(arguments: single)
  func oneOption(_ option: OptionCase) {
    #expect(MountOptions(option.options) == option.expected)
  }

  @Test func everyOptionIsTried() {
    // ID-mapped mounts are refused before options are read.
    let tried = single.flatMap(\.options) + ["idmap", "ridmap"]
    #expect(tried.sorted() == Vocabulary.mountOptions.sorted())
  }

  @Test(arguments: several)
  func laterOverridesEarlier(_ option: OptionCase) {
    #expect(MountOptions(option.options) == option.expected)
  }

  @Test func whatIsNotKnownIsForTheFileSystem() {
    let options = MountOptions([
      "nosuid", "mode=755", "size=65536k", "newinstance", "gid=5", "rofoo",
    ])
    #expect(options.set == .noSetUserID)
    #expect(options.parameters == ["mode=755", "size=65536k", "newinstance", "gid=5", "rofoo"])
  }

  @Test func allChangesOfPropagationAreKeptInOrder() {
    let options = MountOptions(["rshared", "ro", "slave"])
    #expect(
      options.propagation == [
        .init(propagation: .shared, recursive: true),
        .init(propagation: .slave, recursive: false),
      ])
  }
}

/// Options, and what they come to.
struct OptionCase: Sendable, CustomTestStringConvertible {
  let options: [String]
  let expected: MountOptions

  init(_ options: String..., change: (inout MountOptions) -> Void = { _ in }) {
    self.options = options
    var expected = MountOptions()
    change(&expected)
    self.expected = expected
  }

  var testDescription: String { options.joined(separator: ",") }
}

private let single: [OptionCase] =
  [
    OptionCase("ro") { $0.set = .readOnly },
    OptionCase("rw") { $0.clear = .readOnly },
    OptionCase("nosuid") { $0.set = .noSetUserID },
    OptionCase("suid") { $0.clear = .noSetUserID },
    OptionCase("nodev") { $0.set = .noDevices },
    OptionCase("dev") { $0.clear = .noDevices },
    OptionCase("noexec") { $0.set = .noExec },
    OptionCase("exec") { $0.clear = .noExec },
    OptionCase("nosymfollow") { $0.set = .noSymlinksFollowed },
    OptionCase("symfollow") { $0.clear = .noSymlinksFollowed },
    OptionCase("nodiratime") { $0.set = .noDirectoryAccessTime },
    OptionCase("diratime") { $0.clear = .noDirectoryAccessTime },
    OptionCase("noatime") {
      $0.set = .noAccessTime
      $0.clear = .strictAccessTime
    },
    OptionCase("atime") { $0.clear = .noAccessTime },
    OptionCase("strictatime") {
      $0.set = .strictAccessTime
      $0.clear = .noAccessTime
    },
    OptionCase("nostrictatime") { $0.clear = .strictAccessTime },
    OptionCase("relatime") { $0.clear = .accessTimeMask },

    OptionCase("rro") { $0.recursiveSet = .readOnly },
    OptionCase("rrw") { $0.recursiveClear = .readOnly },
    OptionCase("rnosuid") { $0.recursiveSet = .noSetUserID },
    OptionCase("rsuid") { $0.recursiveClear = .noSetUserID },
    OptionCase("rnodev") { $0.recursiveSet = .noDevices },
    OptionCase("rdev") { $0.recursiveClear = .noDevices },
    OptionCase("rnoexec") { $0.recursiveSet = .noExec },
    OptionCase("rexec") { $0.recursiveClear = .noExec },
    OptionCase("rnosymfollow") { $0.recursiveSet = .noSymlinksFollowed },
    OptionCase("rsymfollow") { $0.recursiveClear = .noSymlinksFollowed },
    OptionCase("rnodiratime") { $0.recursiveSet = .noDirectoryAccessTime },
    OptionCase("rdiratime") { $0.recursiveClear = .noDirectoryAccessTime },
    OptionCase("rnoatime") {
      $0.recursiveSet = .noAccessTime
      $0.recursiveClear = .strictAccessTime
    },
    OptionCase("ratime") { $0.recursiveClear = .noAccessTime },
    OptionCase("rstrictatime") {
      $0.recursiveSet = .strictAccessTime
      $0.recursiveClear = .noAccessTime
    },
    OptionCase("rnostrictatime") { $0.recursiveClear = .strictAccessTime },
    OptionCase("rrelatime") { $0.recursiveClear = .accessTimeMask },

    OptionCase("bind") { $0.bind = false },
    OptionCase("rbind") { $0.bind = true },
    OptionCase("remount") { $0.remount = true },
    OptionCase("tmpcopyup") { $0.copiesUp = true },
    OptionCase("copy-symlink") { $0.copiesLink = true },
    OptionCase("src-nofollow") { $0.followsSource = false },
    OptionCase("dest-nofollow") { $0.followsDestination = false },
  ] + propagations + nothing + forTheFileSystem

private let propagations: [OptionCase] = [
  Propagation.shared, .private, .slave, .unbindable,
].flatMap { propagation in
  [
    OptionCase(propagation.word) {
      $0.propagation = [.init(propagation: propagation, recursive: false)]
    },
    OptionCase("r" + propagation.word) {
      $0.propagation = [.init(propagation: propagation, recursive: true)]
    },
  ]
}

/// What a mount is like anyway.
private let nothing: [OptionCase] = [
  "defaults", "async", "loud", "silent", "iversion", "noiversion", "nolazytime", "nomand",
  "norelatime",
  "rnorelatime",
].map { OptionCase($0) }

/// Flags of the file system, not of the mount.
private let forTheFileSystem: [OptionCase] = ["sync", "dirsync", "lazytime", "mand"]
  .map { word in OptionCase(word) { $0.parameters = [word] } }

private let several: [OptionCase] = [
  OptionCase("ro", "rw") { $0.clear = .readOnly },
  OptionCase("rw", "ro") { $0.set = .readOnly },
  OptionCase("nosuid", "suid", "nosuid") { $0.set = .noSetUserID },
  OptionCase("nodev", "noexec", "dev") {
    $0.set = .noExec
    $0.clear = .noDevices
  },
  OptionCase("noatime", "relatime") { $0.clear = .accessTimeMask },
  OptionCase("noatime", "strictatime") {
    $0.set = .strictAccessTime
    $0.clear = .noAccessTime
  },
  OptionCase("strictatime", "noatime") {
    $0.set = .noAccessTime
    $0.clear = .strictAccessTime
  },
  OptionCase("relatime", "strictatime") {
    $0.set = .strictAccessTime
    $0.clear = [.noAccessTime, MountAttributes(rawValue: 0x40)]
  },
  OptionCase("rro", "rrw") { $0.recursiveClear = .readOnly },
  OptionCase("ro", "rrw") {
    $0.set = .readOnly
    $0.recursiveClear = .readOnly
  },
  OptionCase("sync", "async"),
  OptionCase("async", "sync") { $0.parameters = ["sync"] },
  OptionCase("mand", "lazytime", "nomand") { $0.parameters = ["lazytime"] },
  OptionCase("lazytime", "nolazytime"),
  OptionCase("rbind", "bind") { $0.bind = true },
  OptionCase("bind", "rbind") { $0.bind = true },
]
