; Statements that raise.
(raise_statement) @raise
