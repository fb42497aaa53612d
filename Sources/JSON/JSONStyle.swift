/// How JSON is laid out.
public enum JSONStyle: Sendable, Equatable {
  /// On one line, without spaces, as Go's `json.Marshal`.
  case compact
  /// One value to a line, indented by this much per level, as Go's `json.MarshalIndent`.
  case pretty(indent: String)
}
