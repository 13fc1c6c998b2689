; Definitions of functions, async and decorated ones included.
(function_definition
  name: (identifier) @name
  parameters: (parameters) @parameters) @function
