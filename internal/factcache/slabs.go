package factcache

import "bearings/internal/python"

// slabs hold a module's nodes and lists by type: one allocation for all of a type.
type slabs struct {
	names          slab[python.Name]
	attributes     slab[python.Attribute]
	calls          slab[python.Call]
	subscripts     slab[python.Subscript]
	slices         slab[python.Slice]
	strings        slab[python.String]
	numbers        slab[python.Number]
	constants      slab[python.Constant]
	sequences      slab[python.Sequence]
	dicts          slab[python.Dict]
	unaries        slab[python.Unary]
	binaries       slab[python.Binary]
	compares       slab[python.Compare]
	conditionals   slab[python.Conditional]
	lambdas        slab[python.Lambda]
	awaits         slab[python.Await]
	yields         slab[python.Yield]
	starreds       slab[python.Starred]
	comprehensions slab[python.Comprehension]
	walruses       slab[python.Walrus]
	badExprs       slab[python.BadExpr]

	assigns     slab[python.Assign]
	augAssigns  slab[python.AugAssign]
	typeAliases slab[python.TypeAlias]
	exprStmts   slab[python.ExprStmt]
	returns     slab[python.Return]
	raises      slab[python.Raise]
	asserts     slab[python.Assert]
	ifs         slab[python.If]
	fors        slab[python.For]
	whiles      slab[python.While]
	tries       slab[python.Try]
	withs       slab[python.With]
	matches     slab[python.Match]
	functions   slab[python.Function]
	classes     slab[python.Class]
	imports     slab[python.Import]
	importFroms slab[python.ImportFrom]
	scopes      slab[python.Scope]
	deletes     slab[python.Delete]
	jumps       slab[python.Jump]
	badStmts    slab[python.BadStmt]

	params     slab[python.Param]
	decorators slab[python.Decorator]
	handlers   slab[python.Handler]

	exprLists  slab[python.Expr]
	stmtLists  slab[python.Stmt]
	args       slab[python.Arg]
	paramLists slab[*python.Param]
	typeParams slab[python.TypeParam]
	entries    slab[python.DictEntry]
	clauses    slab[python.Clause]
	parts      slab[python.StringPart]
	textLists  slab[string]
	decorated  slab[*python.Decorator]
	handlersOf slab[*python.Handler]
	items      slab[python.WithItem]
	cases      slab[python.Case]
	aliases    slab[python.Alias]
	comments   slab[python.Comment]
	ranges     slab[python.Range]
}

type allotter interface{ allot(n int) }

// allot reads how many there are of each type and allocates them. It refuses
// numbers that the rest of data cannot hold.
func (d *decoder) allot() bool {
	kinds := [counted]allotter{
		tagName: &d.names, tagAttribute: &d.attributes, tagCall: &d.calls, tagSubscript: &d.subscripts, tagSlice: &d.slices,
		tagString: &d.strings, tagNumber: &d.numbers, tagConstant: &d.constants, tagSequence: &d.sequences, tagDict: &d.dicts,
		tagUnary: &d.unaries, tagBinary: &d.binaries, tagCompare: &d.compares, tagConditional: &d.conditionals,
		tagLambda: &d.lambdas, tagAwait: &d.awaits, tagYield: &d.yields, tagStarred: &d.starreds,
		tagComprehension: &d.comprehensions, tagWalrus: &d.walruses, tagBadExpr: &d.badExprs,

		tagAssign: &d.assigns, tagAugAssign: &d.augAssigns, tagTypeAlias: &d.typeAliases, tagExprStmt: &d.exprStmts,
		tagReturn: &d.returns, tagRaise: &d.raises, tagAssert: &d.asserts, tagIf: &d.ifs, tagFor: &d.fors, tagWhile: &d.whiles,
		tagTry: &d.tries, tagWith: &d.withs, tagMatch: &d.matches, tagFunction: &d.functions, tagClass: &d.classes,
		tagImport: &d.imports, tagImportFrom: &d.importFroms, tagScope: &d.scopes, tagDelete: &d.deletes, tagJump: &d.jumps,
		tagBadStmt: &d.badStmts,

		countParam: &d.params, countDecorator: &d.decorators, countHandler: &d.handlers,
		listExpr: &d.exprLists, listStmt: &d.stmtLists, listArg: &d.args, listParam: &d.paramLists, listTypeParam: &d.typeParams,
		listDictEntry: &d.entries, listClause: &d.clauses, listPart: &d.parts, listText: &d.textLists,
		listDecorator: &d.decorated, listHandler: &d.handlersOf, listWithItem: &d.items, listCase: &d.cases,
		listAlias: &d.aliases, listComment: &d.comments, listRange: &d.ranges,
	}
	var counts [counted]uint32
	total := uint64(0)
	for kind := range counts {
		counts[kind] = d.uint()
		total += uint64(counts[kind])
	}
	if d.bad || total > uint64(len(d.data)-d.i) {
		return false
	}
	for kind, n := range counts {
		if kinds[kind] != nil {
			kinds[kind].allot(int(n))
		}
	}
	return true
}
