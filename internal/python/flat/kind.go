package flat

import (
	"sync"

	sitter "github.com/smacker/go-tree-sitter"
	"github.com/smacker/go-tree-sitter/python"
)

// Kind says what a node is. Kinds below Identifier are tokens and trivia; these
// and those below Module are leaves.
type Kind uint8

// The kinds. Each is named after the grammar's node (tree-sitter-python 0.23.0).
const (
	Dropped Kind = iota // not in the flat tree
	Error               // text that the parser skipped or could not place
	Comment
	Op    // an operator, "not in" and "is not" included
	Comma // ","
	Colon // ":"
	Equal // "="
	Async
	From
	Future // "__future__"
	Wild   // "_" in a pattern
	Conversion
	ImportPrefix
	WildcardImport
	KeywordSeparator
	PositionalSeparator

	Identifier
	Integer
	Float
	True
	False
	None
	Ellipsis

	Module
	ImportStatement
	RelativeImport
	FutureImport
	ImportFrom
	AliasedImport
	PrintStatement
	Chevron
	AssertStatement
	ExpressionStatement
	NamedExpression
	ReturnStatement
	DeleteStatement
	RaiseStatement
	PassStatement
	BreakStatement
	ContinueStatement
	IfStatement
	ElifClause
	ElseClause
	MatchStatement
	CaseClause
	ForStatement
	WhileStatement
	TryStatement
	ExceptClause
	ExceptGroupClause
	FinallyClause
	WithStatement
	WithClause
	WithItem
	FunctionDefinition
	Parameters
	LambdaParameters
	ListSplat
	DictionarySplat
	GlobalStatement
	NonlocalStatement
	ExecStatement
	TypeAliasStatement
	ClassDefinition
	TypeParameter
	ParenthesizedListSplat
	ArgumentList
	DecoratedDefinition
	Decorator
	Block
	ExpressionList
	DottedName
	CasePattern
	UnionPattern
	DictPattern
	KeywordPattern
	SplatPattern
	ClassPattern
	ComplexPattern
	TuplePattern
	ListPattern
	DefaultParameter
	TypedDefaultParameter
	ListSplatPattern
	DictionarySplatPattern
	AsPattern
	AsPatternTarget
	NotOperator
	BooleanOperator
	BinaryOperator
	UnaryOperator
	ComparisonOperator
	Lambda
	Assignment
	AugmentedAssignment
	PatternList
	Yield
	Attribute
	Subscript
	Slice
	Call
	TypedParameter
	Type
	SplatType
	GenericType
	UnionType
	ConstrainedType
	MemberType
	KeywordArgument
	List
	Set
	Tuple
	Dictionary
	Pair
	ListComprehension
	DictionaryComprehension
	SetComprehension
	GeneratorExpression
	ParenthesizedExpression
	ForInClause
	IfClause
	ConditionalExpression
	ConcatenatedString
	String
	Interpolation // format_expression included
	FormatSpecifier
	Await
	Other // a node that this list does not name
)

var named = map[string]Kind{
	"comment": Comment, "type_conversion": Conversion, "import_prefix": ImportPrefix, "wildcard_import": WildcardImport,
	"keyword_separator": KeywordSeparator, "positional_separator": PositionalSeparator, "string_content": Dropped,
	"line_continuation": Dropped, "string_start": Dropped, "string_end": Dropped, "escape_sequence": Dropped,
	"escape_interpolation": Dropped,

	"module": Module, "identifier": Identifier, "integer": Integer, "float": Float, "true": True, "false": False,
	"none": None, "ellipsis": Ellipsis, "import_statement": ImportStatement, "relative_import": RelativeImport,
	"future_import_statement": FutureImport, "import_from_statement": ImportFrom, "aliased_import": AliasedImport,
	"print_statement": PrintStatement, "chevron": Chevron, "assert_statement": AssertStatement,
	"expression_statement": ExpressionStatement, "named_expression": NamedExpression,
	"return_statement": ReturnStatement, "delete_statement": DeleteStatement, "raise_statement": RaiseStatement,
	"pass_statement": PassStatement, "break_statement": BreakStatement, "continue_statement": ContinueStatement,
	"if_statement": IfStatement, "elif_clause": ElifClause, "else_clause": ElseClause,
	"match_statement": MatchStatement, "case_clause": CaseClause, "for_statement": ForStatement,
	"while_statement": WhileStatement, "try_statement": TryStatement, "except_clause": ExceptClause,
	"except_group_clause": ExceptGroupClause, "finally_clause": FinallyClause, "with_statement": WithStatement,
	"with_clause": WithClause, "with_item": WithItem, "function_definition": FunctionDefinition,
	"parameters": Parameters, "lambda_parameters": LambdaParameters, "list_splat": ListSplat,
	"dictionary_splat": DictionarySplat, "global_statement": GlobalStatement, "nonlocal_statement": NonlocalStatement,
	"exec_statement": ExecStatement, "type_alias_statement": TypeAliasStatement, "class_definition": ClassDefinition,
	"type_parameter": TypeParameter, "parenthesized_list_splat": ParenthesizedListSplat,
	"argument_list": ArgumentList, "decorated_definition": DecoratedDefinition, "decorator": Decorator,
	"block": Block, "expression_list": ExpressionList, "dotted_name": DottedName, "case_pattern": CasePattern,
	"union_pattern": UnionPattern, "dict_pattern": DictPattern, "keyword_pattern": KeywordPattern,
	"splat_pattern": SplatPattern, "class_pattern": ClassPattern, "complex_pattern": ComplexPattern,
	"tuple_pattern": TuplePattern, "list_pattern": ListPattern, "default_parameter": DefaultParameter,
	"typed_default_parameter": TypedDefaultParameter, "list_splat_pattern": ListSplatPattern,
	"dictionary_splat_pattern": DictionarySplatPattern, "as_pattern": AsPattern,
	"as_pattern_target": AsPatternTarget, "not_operator": NotOperator, "boolean_operator": BooleanOperator,
	"binary_operator": BinaryOperator, "unary_operator": UnaryOperator, "comparison_operator": ComparisonOperator,
	"lambda": Lambda, "assignment": Assignment, "augmented_assignment": AugmentedAssignment,
	"pattern_list": PatternList, "yield": Yield, "attribute": Attribute, "subscript": Subscript, "slice": Slice,
	"call": Call, "typed_parameter": TypedParameter, "type": Type, "splat_type": SplatType,
	"generic_type": GenericType, "union_type": UnionType, "constrained_type": ConstrainedType,
	"member_type": MemberType, "keyword_argument": KeywordArgument, "list": List, "set": Set, "tuple": Tuple,
	"dictionary": Dictionary, "pair": Pair, "list_comprehension": ListComprehension,
	"dictionary_comprehension": DictionaryComprehension, "set_comprehension": SetComprehension,
	"generator_expression": GeneratorExpression, "parenthesized_expression": ParenthesizedExpression,
	"for_in_clause": ForInClause, "if_clause": IfClause, "conditional_expression": ConditionalExpression,
	"concatenated_string": ConcatenatedString, "string": String, "interpolation": Interpolation,
	"format_expression": Interpolation, "format_specifier": FormatSpecifier, "await": Await,
}

var tokens = map[string]Kind{
	",": Comma, ":": Colon, "=": Equal, "async": Async, "from": From, "__future__": Future, "_": Wild,
	"+": Op, "-": Op, "*": Op, "/": Op, "//": Op, "%": Op, "**": Op, "@": Op, "|": Op, "&": Op, "^": Op, "<<": Op,
	">>": Op, "~": Op, "<": Op, "<=": Op, "==": Op, "!=": Op, ">=": Op, ">": Op, "<>": Op, "in": Op, "is": Op,
	"not in": Op, "is not": Op, "and": Op, "or": Op, "not": Op, "+=": Op, "-=": Op, "*=": Op, "/=": Op, "@=": Op,
	"//=": Op, "%=": Op, "**=": Op, ">>=": Op, "<<=": Op, "&=": Op, "^=": Op, "|=": Op,
}

// table maps each symbol of the grammar to its kind. Symbols are found by name,
// so that another version of the grammar needs no change here.
var table = sync.OnceValue(func() []Kind {
	language := python.GetLanguage()
	kinds := make([]Kind, language.SymbolCount())
	for i := range kinds {
		symbol := sitter.Symbol(i)
		name := language.SymbolName(symbol)
		if language.SymbolType(symbol) != sitter.SymbolTypeRegular {
			kinds[i] = tokens[name]
			continue
		}
		kind, ok := named[name]
		if !ok {
			kind = Other
		}
		kinds[i] = kind
	}
	return kinds
})
