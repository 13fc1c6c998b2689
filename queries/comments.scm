; Comments.
(comment) @comment
