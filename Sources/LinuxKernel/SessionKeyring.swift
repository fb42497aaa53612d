import CLinux
import Glibc

/// Joins a session keyring by its name, and makes a new one where there is none (`keyctl(2)`).
///
/// Only one that its user may search is found by its name, and a new one is none. So that who comes
/// later does not get another one, that is granted.
public func joinSessionKeyring(_ name: String) throws(KernelError) {
  let keyring = try check("keyctl KEYCTL_JOIN_SESSION_KEYRING", name) {
    name.withCString { apus_keyctl(1, UInt(bitPattern: $0), 0, 0, 0) }
  }
  guard let permissions = try permissions(of: keyring, name) else { return }
  try check("keyctl KEYCTL_SETPERM", name) {
    apus_keyctl(5, UInt(bitPattern: keyring), permissions | 0x8_0000 /* KEY_USR_SEARCH */, 0, 0)
  }
}

/// The fourth part of what the kernel says of a key, "keyring;0;0;3f130000;NAME".
private func permissions(of key: Int, _ name: String) throws(KernelError) -> UInt? {
  var buffer = [UInt8](repeating: 0, count: 512)
  let length = try check("keyctl KEYCTL_DESCRIBE", name) {
    buffer.withUnsafeMutableBytes {
      apus_keyctl(6, UInt(bitPattern: key), UInt(bitPattern: $0.baseAddress), UInt($0.count), 0)
    }
  }
  let parts = buffer.prefix(length).split(
    separator: UInt8(ascii: ";"), maxSplits: 4, omittingEmptySubsequences: false)
  guard parts.count == 5 else { return nil }
  return UInt(String(decoding: parts[3], as: UTF8.self), radix: 16)
}
