extension Spec.Linux {
  /// The filter of system calls, in libseccomp's words. (config-linux.md, Seccomp)
  public struct Seccomp: Codable, Sendable, Equatable {
    /// What happens to calls that no rule names, such as `SCMP_ACT_ERRNO`. Empty when absent, which
    /// without rules means no filter, as in runc.
    public var defaultAction: String
    /// The errno of the default action; absent means EPERM.
    public var defaultErrnoRet: UInt?
    /// Architectures besides the native one, such as `SCMP_ARCH_X86`.
    public var architectures: [String]?
    /// Flags for seccomp(2), such as `SECCOMP_FILTER_FLAG_LOG`.
    public var flags: [String]?
    /// The Unix socket to which the notification descriptor is sent; for `SCMP_ACT_NOTIFY`.
    public var listenerPath: String?
    /// Opaque text for the listener; only with ``listenerPath``.
    public var listenerMetadata: String?
    /// The rules.
    public var syscalls: [Rule]?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(
      defaultAction: String, defaultErrnoRet: UInt? = nil, architectures: [String]? = nil,
      flags: [String]? = nil, listenerPath: String? = nil, listenerMetadata: String? = nil,
      syscalls: [Rule]? = nil
    ) {
      self.defaultAction = defaultAction
      self.defaultErrnoRet = defaultErrnoRet
      self.architectures = architectures
      self.flags = flags
      self.listenerPath = listenerPath
      self.listenerMetadata = listenerMetadata
      self.syscalls = syscalls
    }

    /// What happens to some system calls. (config-linux.md, Seccomp)
    public struct Rule: Codable, Sendable, Equatable {
      /// The system calls; at least one. Names that this kernel lacks are passed over.
      public var names: [String]
      /// What happens, such as `SCMP_ACT_ALLOW`.
      public var action: String
      /// The errno of `SCMP_ACT_ERRNO` or `SCMP_ACT_TRACE`; absent means EPERM.
      public var errnoRet: UInt?
      /// Conditions on arguments; all must hold.
      public var args: [Argument]?

      /// Makes a value from its parts; what is left out is absent from the JSON.
      public init(names: [String], action: String, errnoRet: UInt? = nil, args: [Argument]? = nil) {
        self.names = names
        self.action = action
        self.errnoRet = errnoRet
        self.args = args
      }
    }

    /// A condition on one argument of a system call. (config-linux.md, Seccomp)
    public struct Argument: Codable, Sendable, Equatable {
      /// Which argument, 0 to 5.
      public var index: UInt
      /// What it is compared with; the mask for `SCMP_CMP_MASKED_EQ`.
      public var value: UInt64
      /// What the masked argument is compared with; for `SCMP_CMP_MASKED_EQ`.
      public var valueTwo: UInt64?
      /// The comparison, such as `SCMP_CMP_EQ`.
      public var op: String

      /// Makes a value from its parts; what is left out is absent from the JSON.
      public init(index: UInt, value: UInt64, valueTwo: UInt64? = nil, op: String) {
        self.index = index
        self.value = value
        self.valueTwo = valueTwo
        self.op = op
      }
    }
  }
}

extension Spec.Linux.Seccomp {
  /// Decodes a filter; an absent default action is left empty for validation.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    defaultAction = try values.decodeIfPresent(String.self, forKey: .defaultAction) ?? ""
    defaultErrnoRet = try values.decodeIfPresent(UInt.self, forKey: .defaultErrnoRet)
    architectures = try values.decodeIfPresent([String].self, forKey: .architectures)
    flags = try values.decodeIfPresent([String].self, forKey: .flags)
    listenerPath = try values.decodeIfPresent(String.self, forKey: .listenerPath)
    listenerMetadata = try values.decodeIfPresent(String.self, forKey: .listenerMetadata)
    syscalls = try values.decodeIfPresent([Rule].self, forKey: .syscalls)
  }
}
