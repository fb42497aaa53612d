// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "apus",
  products: [
    .executable(name: "apus", targets: ["apus"]),
    .library(name: "ApusRuntime", targets: ["ApusRuntime"]),
    .library(name: "OCISpec", targets: ["OCISpec"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-system", from: "1.6.0")
  ],
  targets: [
    // An arrow may only point down this list.
    .executableTarget(name: "apus", dependencies: ["ApusRuntime"]),
    .target(name: "ApusRuntime", dependencies: ["ContainerPlan", "CRIU"]),
    .target(name: "CRIU"),
    .target(name: "ContainerPlan", dependencies: ["Cgroups", "CSeccomp"]),
    .target(name: "Cgroups", dependencies: ["OCISpec", "LinuxKernel", "DBus"]),
    .target(name: "DBus", dependencies: ["LinuxKernel"]),
    .target(name: "OCISpec", dependencies: ["JSON"]),
    .target(name: "JSON"),
    .target(
      name: "LinuxKernel",
      dependencies: ["CLinux", .product(name: "SystemPackage", package: "swift-system")]),
    .systemLibrary(name: "CSeccomp", providers: [.apt(["libseccomp-dev"])]),
    .systemLibrary(name: "CLinux"),

    .executableTarget(
      name: "HelloContainer", dependencies: ["ApusRuntime"], path: "Examples/HelloContainer"),

    .testTarget(name: "JSONTests", dependencies: ["JSON"]),
    .testTarget(name: "OCISpecTests", dependencies: ["OCISpec"]),
    .testTarget(
      name: "LinuxKernelTests",
      dependencies: [
        "LinuxKernel", "OCISpec", .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .testTarget(name: "DBusTests", dependencies: ["DBus"]),
    .testTarget(name: "CRIUTests", dependencies: ["CRIU", "ApusRuntime"]),
    .testTarget(name: "CgroupsTests", dependencies: ["Cgroups", "DBus"]),
    .testTarget(
      name: "ContainerPlanTests", dependencies: ["ContainerPlan"], exclude: ["Fixtures", "Golden"]),
    .testTarget(name: "ContainerTests", dependencies: ["OCISpec", "LinuxKernel", "CLinux"]),
    .testTarget(name: "CommandLineTests"),
    .testTarget(
      name: "TerminalTests", dependencies: ["ApusRuntime", "LinuxKernel", "TerminalProbe"]),
    .executableTarget(
      name: "TerminalProbe", dependencies: ["ApusRuntime", "LinuxKernel"],
      path: "Tests/TerminalProbe"),
    .testTarget(
      name: "SeccompTests",
      dependencies: ["ContainerPlan", "CSeccomp", "LinuxKernel", "OCISpec", "SeccompProbe"]),
    .executableTarget(
      name: "SeccompProbe",
      dependencies: ["ContainerPlan", "JSON", "LinuxKernel", "OCISpec", "RawSystemCall"],
      path: "Tests/SeccompProbe"),
    .systemLibrary(name: "RawSystemCall", path: "Tests/RawSystemCall"),
  ],
  swiftLanguageModes: [.v6]
)

// The fuzz targets, which only libFuzzer's flags can link (Scripts/fuzz).
if Context.environment["FUZZ"] != nil {
  package.targets += [
    .executableTarget(
      name: "Fuzz", dependencies: ["ApusRuntime", "LibFuzzer"], path: "Fuzz/Targets"),
    .systemLibrary(name: "LibFuzzer", path: "Fuzz/LibFuzzer"),
  ]
}
