; What the parser could not place.
(ERROR) @error
