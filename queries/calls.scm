; Calls. The callee may be any expression.
(call
  function: (_) @callee
  arguments: (argument_list) @arguments) @call
(call
  function: (_) @callee
  arguments: (generator_expression) @arguments) @call
