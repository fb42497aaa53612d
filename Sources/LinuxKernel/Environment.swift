import Glibc

/// A variable of this process' environment; nil if it isn't set (`getenv(3)`).
public func environmentVariable(_ name: String) -> String? {
  getenv(name).map { String(cString: $0) }
}
