; String literals, each part of an implicit concatenation by itself.
(string
  (string_start) @open) @string
