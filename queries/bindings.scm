; Names that a statement or expression binds to a value.
(assignment
  left: (identifier) @name) @binding
(assignment
  left: (pattern_list (identifier) @name)) @binding
(assignment
  left: (tuple_pattern (identifier) @name)) @binding
(named_expression
  name: (identifier) @name) @binding
(for_statement
  left: (identifier) @name) @binding
(as_pattern
  alias: (as_pattern_target (identifier) @name)) @binding
