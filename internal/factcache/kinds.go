package factcache

// The tags of expressions and statements in an encoded module. Tag 0 is an
// absent one. They are part of the format: see formatVersion.
const (
	absent byte = iota
	tagName
	tagAttribute
	tagCall
	tagSubscript
	tagSlice
	tagString
	tagNumber
	tagConstant
	tagSequence
	tagDict
	tagUnary
	tagBinary
	tagCompare
	tagConditional
	tagLambda
	tagAwait
	tagYield
	tagStarred
	tagComprehension
	tagWalrus
	tagBadExpr

	tagAssign
	tagAugAssign
	tagTypeAlias
	tagExprStmt
	tagReturn
	tagRaise
	tagAssert
	tagIf
	tagFor
	tagWhile
	tagTry
	tagWith
	tagMatch
	tagFunction
	tagClass
	tagImport
	tagImportFrom
	tagScope
	tagDelete
	tagJump
	tagBadStmt

	// From here on, no tags: what is counted besides nodes, so that a decoder
	// can allocate all there is of a type in one piece.
	countParam
	countDecorator
	countHandler
	listExpr
	listStmt
	listArg
	listParam
	listTypeParam
	listDictEntry
	listClause
	listPart
	listText
	listDecorator
	listHandler
	listWithItem
	listCase
	listAlias
	listComment
	listRange

	counted
)

// maxDepth is how deeply an encoded module may nest. Extract allows 1000
// levels of expressions and statements; a chain of elif comes on top.
const maxDepth = 8000
