; Definitions of classes.
(class_definition
  name: (identifier) @name) @class
