import CLinux
import Glibc
import SystemPackage

/// Opens what may let us wait for long, such as a FIFO, and gives back before that the memory that the
/// wait doesn't need: the pages of the executable, which are mapped again from its file when they are
/// touched, what the heap has free, and the stack that nobody stands on.
///
/// - Parameter pagemap: `/proc/self/pagemap`, opened by this process. It tells which pages were
///   written to and so are no more what the file has; without it only what can't be written to goes.
@inline(never)
public func open(
  _ path: String, _ flags: OpenFlags, at directory: Int32,
  inLittleMemory pagemap: consuming Descriptor?
) throws(KernelError) -> Descriptor {
  let name = strdup(path)
  defer { free(name) }
  var unwritten = unwrittenPages(pagemap)
  pagemap = nil
  // One touch maps up to 2 MiB of a file. So nothing is touched from the last page given back to the
  // wait, but this function and the C library's for system calls, which stay.
  unwritten.leaveOut(around: ownAddress())
  unwritten.leaveOut(around: apus_syscall_address())
  malloc_trim(0)
  dropStackBelow()
  let size = Pages.size
  for pages in unwritten { pages.drop(size: size) }
  var number: Int32
  repeat {
    number = apus_open_by_syscall(directory, name, flags.rawValue | O_CLOEXEC)
  } while number < 0 && errno == EINTR
  guard number >= 0 else { throw KernelError(call: "open", subject: path, errno: .last) }
  return Descriptor(owning: number)
}

/// The same without a wait, for who may not do it later.
public func giveBackMemory(_ pagemap: borrowing Descriptor?) {
  malloc_trim(0)
  for pages in unwrittenPages(pagemap) { pages.drop() }
}

/// A range of pages, by their numbers.
private struct Pages {
  var first: UInt
  var end: UInt

  static let size = UInt(getauxval(UInt(AT_PAGESZ)))

  @inline(__always)
  func drop(size: UInt = Pages.size) {
    _ = apus_madvise(first * size, Int((end - first) * size), MADV_DONTNEED)
  }
}

extension [Pages] {
  fileprivate mutating func leaveOut(around address: UInt) {
    let page = address / Pages.size
    guard let index = firstIndex(where: { $0.first <= page && page < $0.end }) else { return }
    let whole = self[index]
    self[index].end = Swift.max(whole.first, page - 1)
    append(Pages(first: Swift.min(whole.end, page + 2), end: whole.end))
  }

  /// Adds those that are still the file's.
  fileprivate mutating func addUnwritten(of pages: Pages, _ pagemap: Int32) {
    var entries = [UInt64](repeating: 0, count: Int(pages.end - pages.first))
    let length = entries.count * 8
    guard pread(pagemap, &entries, length, Int(pages.first) * 8) == length else { return }
    for (index, entry) in entries.enumerated() {
      // Present, and a page of a file (proc_pid_pagemap(5)).
      guard entry >> 61 & 0b101 == 0b101 else { continue }
      let page = pages.first + UInt(index)
      if let last = indices.last, self[last].end == page {
        self[last].end = page + 1
      } else {
        append(Pages(first: page, end: page + 1))
      }
    }
  }
}

private func unwrittenPages(_ pagemap: borrowing Descriptor?) -> [Pages] {
  let number = pagemap.polledNumber
  let headers = UnsafeBufferPointer<Elf64_Phdr>(
    start: UnsafePointer(bitPattern: UInt(getauxval(UInt(AT_PHDR)))),
    count: Int(getauxval(UInt(AT_PHNUM))))
  // Where an executable that may be anywhere was put; one that has its place has no such header.
  let own = headers.first { $0.p_type == PT_PHDR }
  let base = own.map { UInt(getauxval(UInt(AT_PHDR))) - UInt($0.p_vaddr) } ?? 0
  var unwritten: [Pages] = []
  for header in headers where header.p_type == PT_LOAD {
    let address = base + UInt(header.p_vaddr)
    let pages = Pages(
      first: address / Pages.size,
      end: (address + UInt(header.p_filesz) + Pages.size - 1) / Pages.size)
    if header.p_flags & UInt32(PF_W) == 0 {
      unwritten.append(pages)
    } else if number >= 0 {
      unwritten.addUnwritten(of: pages, number)
    }
  }
  return unwritten
}

/// Where the function is that calls this.
@inline(never)
private func ownAddress() -> UInt { apus_return_address() }

/// Drops the part of the stack that was used by calls which have returned.
@inline(never)
private func dropStackBelow() {
  var here: UInt8 = 0
  withUnsafeMutablePointer(to: &here) {
    // Two pages are for this call and the one that it makes.
    let end = UInt(bitPattern: $0) / Pages.size - 1
    Pages(first: end - 256, end: end).drop()
  }
}
