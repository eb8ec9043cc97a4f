/*
 * filter_expr.c
 *		The one translator: a filter's tree and a row type to an expression of
 *		PostgreSQL's own operators.  The planner, the run time and the text all
 *		come through here.  It does not know who asks, and reads nothing from
 *		the catalog but types and operators.
 *
 * A missing field makes a comparison false, and its negation true.  In a WHERE
 * NULL does as false, so a comparison stands there as a person would write it;
 * elsewhere (two_valued) it is made false.  Negations are pushed down to the
 * comparisons, where they are "(c IS NULL OR c <> v)".
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "access/stratnum.h"
#include "catalog/namespace.h"
#include "catalog/pg_collation_d.h"
#include "catalog/pg_type_d.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_coerce.h"
#include "parser/parse_func.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "compat.h"
#include "filter.h"
#include "filter_expr.h"
#include "iso8601.h"

/* How SQL spells the operators that a btree knows. */
static const char *const sql_operators[] = {
	[FILTER_EQ] = "=", [FILTER_LT] = "<",  [FILTER_LE] = "<=",
	[FILTER_GT] = ">", [FILTER_GE] = ">=",
};

static Expr *translate_node(FilterTarget *target, const FilterNode *node,
							bool negate);

/* Set a target up for rows of a type. */
void
filter_target_init(FilterTarget *target, TupleDesc desc, const char *name)
{
	memset(target, 0, sizeof(*target));
	target->desc = desc;
	target->name = name;
	if (desc)
		field_row_shape(desc, &target->shape);
}

/* Say in an error's detail which comparison of the filter is meant. */
static int
error_place(const FilterNode *node)
{
	StringInfoData buf;

	initStringInfo(&buf);
	filter_print(node, &buf);
	return errdetail("In %.*s%s, at byte %d of the filter's canonical text.",
					 pg_mbcliplen(buf.data, buf.len, 200), buf.data,
					 buf.len > 200 ? "..." : "", node->offset + 1);
}

/* Make a constant of type text. */
Const *
filter_text_const(const char *value)
{
	return makeConst(TEXTOID, -1, DEFAULT_COLLATION_OID, -1,
					 CStringGetTextDatum(value), false, false);
}

/* Make a constant true or false. */
static Expr *
make_truth(bool value)
{
	return (Expr *) makeBoolConst(value, false);
}

/* Make IS NULL or IS NOT NULL. */
Expr *
filter_null_test(Expr *arg, NullTestType type)
{
	NullTest *test = makeNode(NullTest);

	test->arg = copyObject(arg);
	test->nulltesttype = type;
	test->argisrow = false;
	test->location = -1;
	return (Expr *) test;
}

/* Make an operation of one of PostgreSQL's own operators. */
Expr *
filter_core_op(const char *name, Expr *left, Expr *right)
{
	Oid lefttype = exprType((Node *) left);
	Oid righttype = exprType((Node *) right);
	Oid opno = OpernameGetOprid(
		list_make2(makeString("pg_catalog"), makeString(pstrdup(name))),
		lefttype, righttype);
	OpExpr *op;

	if (!OidIsValid(opno))
		elog(ERROR, "no operator %s for types %u and %u", name, lefttype,
			 righttype);
	op = (OpExpr *) make_opclause(opno, BOOLOID, false, left, right,
								  InvalidOid, exprCollation((Node *) left));
	set_opfuncid(op);
	return (Expr *) op;
}

/* Give the collation of what becomes of an argument as another type. */
static Oid
result_collation(Expr *arg, Oid type)
{
	Oid from = exprCollation((Node *) arg);
	Oid to = get_typcollation(type);

	return OidIsValid(from) && OidIsValid(to) ? from : to;
}

/* Make a cast that needs no function, if the type is not the wanted one. */
static Expr *
relabel(Expr *arg, Oid type)
{
	if (exprType((Node *) arg) == type)
		return arg;
	return (Expr *) makeRelabelType(arg, type, -1, result_collation(arg, type),
									COERCE_IMPLICIT_CAST);
}

/* Make a call of a function with one argument. */
static Expr *
make_call(Oid funcid, Expr *arg, CoercionForm form)
{
	Oid type = get_func_rettype(funcid);

	return (Expr *) makeFuncExpr(funcid, type, list_make1(arg),
								 result_collation(arg, type),
								 exprCollation((Node *) arg), form);
}

/* Cast an expression as CAST does. */
Expr *
filter_cast(Expr *arg, Oid type)
{
	CoercionPathType path;
	Oid				 funcid;

	path = find_coercion_pathway(type, exprType((Node *) arg),
								 COERCION_EXPLICIT, &funcid);
	if (path == COERCION_PATH_FUNC)
		return make_call(funcid, arg, COERCE_EXPLICIT_CAST);
	if (path == COERCION_PATH_COERCEVIAIO)
	{
		CoerceViaIO *io = makeNode(CoerceViaIO);

		io->arg = arg;
		io->resulttype = type;
		io->resultcollid = get_typcollation(type);
		io->coerceformat = COERCE_EXPLICIT_CAST;
		io->location = -1;
		return (Expr *) io;
	}
	return relabel(arg, type);
}

/* Call a function of this extension with one argument. */
static Expr *
own_function(const char *name, Expr *arg)
{
	Oid type = exprType((Node *) arg);
	Oid funcid = LookupFuncName(
		list_make2(makeString("synclog"), makeString(pstrdup(name))), 1, &type,
		false);

	return make_call(funcid, arg, COERCE_EXPLICIT_CALL);
}

/* Fold a literal where case is ignored. */
const char *
filter_fold_value(FilterTarget *target, const char *value)
{
	StringInfoData buf;

	if (!target->ignore_case)
		return value;
	initStringInfo(&buf);
	fold_append(&buf, value, strlen(value));
	return buf.data;
}

/* Wrap a text or jsonb expression where case is ignored. */
Expr *
filter_fold_expr(FilterTarget *target, Expr *arg)
{
	return target->ignore_case ? own_function("fold", arg) : arg;
}

/* Make the expression that reads a column of the target. */
static Expr *
make_column(FilterTarget *target, AttrNumber attno)
{
	Form_pg_attribute att;
	FieldSelect		 *select;

	/* the planner's document has no row type, and 18 would look into it */
	if (target->is_document && target->row)
		return copyObject((Expr *) target->row);
	att = TupleDescAttr(target->desc, attno - 1);
	if (target->row == NULL)
		return (Expr *) makeVar(1, attno, att->atttypid, att->atttypmod,
								att->attcollation, 0);
	select = makeNode(FieldSelect);
	select->arg = copyObject((Expr *) target->row);
	select->fieldnum = attno;
	select->resulttype = att->atttypid;
	select->resulttypmod = att->atttypmod;
	select->resultcollid = att->attcollation;
	return (Expr *) select;
}

/*
 * Finish a predicate that is NULL only where its column is: make it what the
 * context needs.
 */
static Expr *
finish(FilterTarget *target, Expr *column, Expr *predicate, bool negate)
{
	if (negate)
	{
		OpExpr *op = (OpExpr *) predicate;
		Oid		negator = InvalidOid;

		if (IsA(predicate, OpExpr))
			negator = get_negator(op->opno);
		else if (IsA(predicate, ScalarArrayOpExpr))
			negator = get_negator(((ScalarArrayOpExpr *) predicate)->opno);
		if (!OidIsValid(negator))
			predicate = make_notclause(predicate);
		else if (IsA(predicate, ScalarArrayOpExpr))
		{
			ScalarArrayOpExpr *any = (ScalarArrayOpExpr *) predicate;

			any->opno = negator;
			any->opfuncid = get_opcode(negator);
			any->useOr = false;
		}
		else
		{
			op->opno = negator;
			op->opfuncid = get_opcode(negator);
		}
		return make_orclause(
			list_make2(filter_null_test(column, IS_NULL), predicate));
	}
	if (target->two_valued)
		return make_andclause(
			list_make2(predicate, filter_null_test(column, IS_NOT_NULL)));
	return predicate;
}

/* Give the LIKE pattern of what contains a value. */
static char *
like_pattern(const char *value)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoChar(&buf, '%');
	for (const char *s = value; *s; s++)
	{
		if (*s == '%' || *s == '_' || *s == '\\')
			appendStringInfoChar(&buf, '\\');
		appendStringInfoChar(&buf, *s);
	}
	appendStringInfoChar(&buf, '%');
	return buf.data;
}

/* Compare a text column; NULL if it can't match. */
static Expr *
compare_text(FilterTarget *target, Expr *column, const FilterNode *node)
{
	Expr	   *left = filter_fold_expr(target, relabel(column, TEXTOID));
	const char *value = filter_fold_value(target, node->value);

	if (node->valuekind != FILTER_STRING)
		return NULL;
	if (node->op == FILTER_CO)
		return filter_core_op("~~", left,
							  (Expr *) filter_text_const(like_pattern(value)));
	return filter_core_op(node->op == FILTER_SW ? "^@"
												: sql_operators[node->op],
						  left, (Expr *) filter_text_const(value));
}

/* Compare a boolean column; co and sw mean eq, as for numbers. */
static Expr *
compare_boolean(Expr *column, const FilterNode *node)
{
	FilterOp op = node->op > FILTER_GE ? FILTER_EQ : node->op;

	if (node->valuekind != FILTER_BOOLEAN)
		return NULL;
	return filter_core_op(
		sql_operators[op], relabel(column, BOOLOID),
		(Expr *) makeBoolConst(node->value[0] == 't', false));
}

/* Tell whether a canonical number is a whole one that fits a bigint. */
static bool
is_bigint(const char *number, int64 *value)
{
	char	   *end;
	const char *point = strchr(number, '.');

	if (strchr(number, 'E') || (point && strcmp(point, ".0") != 0))
		return false;
	errno = 0;
	*value = strtoi64(number, &end, 10);
	return errno == 0;
}

/* Compare a column of a number type. */
static Expr *
compare_number(Expr *column, Oid type, const FilterNode *node)
{
	const char *name =
		sql_operators[node->op > FILTER_GE ? FILTER_EQ : node->op];
	int64 whole;
	Datum value;

	if (node->valuekind != FILTER_NUMBER)
		return NULL;
	column = relabel(column, type);
	if (type == FLOAT4OID || type == FLOAT8OID)
	{
		double number = strtod(node->value, NULL);
		bool   is_real = type == FLOAT4OID && fabs(number) <= FLT_MAX;

		if (is_real)
			return filter_core_op(
				name, column,
				(Expr *) makeConst(FLOAT4OID, -1, InvalidOid, sizeof(float4),
								   Float4GetDatum(strtof(node->value, NULL)),
								   false, true));
		return filter_core_op(name, column,
							  (Expr *) makeConst(FLOAT8OID, -1, InvalidOid,
												 sizeof(float8),
												 Float8GetDatum(number), false,
												 FLOAT8PASSBYVAL));
	}
	if (type != NUMERICOID && is_bigint(node->value, &whole))
		return filter_core_op(
			name, column,
			(Expr *) makeConst(INT8OID, -1, InvalidOid, sizeof(int64),
							   Int64GetDatum(whole), false, FLOAT8PASSBYVAL));
	if (type != NUMERICOID)
		column = filter_cast(column, NUMERICOID);
	value =
		DirectFunctionCall3(numeric_in, CStringGetDatum(node->value),
							ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
	return filter_core_op(name, column,
						  (Expr *) makeConst(NUMERICOID, -1, InvalidOid, -1,
											 value, false, false));
}

/* Make a constant instant of a timestamp column's type. */
static Expr *
instant_const(Oid type, TimestampTz instant)
{
	/* a date is compared with a timestamp; both are read as UTC */
	return (Expr *) makeConst(type == TIMESTAMPTZOID ? type : TIMESTAMPOID, -1,
							  InvalidOid, sizeof(int64),
							  Int64GetDatum(instant), false, FLOAT8PASSBYVAL);
}

/* Compare a column of instants; co and sw go by their ISO text. */
static Expr *
compare_instant(FilterTarget *target, Expr *column, Oid type,
				const FilterNode *node)
{
	TimestampTz from;
	TimestampTz until;
	int			len = strlen(node->value);

	if (node->valuekind != FILTER_STRING)
		return NULL;
	column = relabel(column, type);
	if (node->op == FILTER_CO || (node->op == FILTER_SW && len == 0))
	{
		if (type != TIMESTAMPTZOID)
			column = (Expr *) makeFuncExpr(
				F_TIMEZONE_TEXT_TIMESTAMP, TIMESTAMPTZOID,
				list_make2(filter_text_const("UTC"),
						   filter_cast(column, TIMESTAMPOID)),
				InvalidOid, DEFAULT_COLLATION_OID, COERCE_EXPLICIT_CALL);
		column = own_function("iso8601", column);
		return filter_core_op("~~", filter_fold_expr(target, column),
							  (Expr *) filter_text_const(like_pattern(
								  filter_fold_value(target, node->value))));
	}
	if (node->op == FILTER_SW)
	{
		if (!iso8601_prefix_range(node->value, len, &from, &until))
			return NULL;
		return make_andclause(
			list_make2(filter_core_op(">=", column, instant_const(type, from)),
					   filter_core_op("<", copyObject(column),
									  instant_const(type, until))));
	}
	if (!iso8601_parse(node->value, len, &from))
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_DATETIME_FORMAT),
			 errmsg("\"%.*s\" is no timestamp",
					pg_mbcliplen(node->value, len, 100), node->value),
			 error_place(node),
			 errhint(
				 "Write an ISO 8601 timestamp, such as "
				 "\"2026-11-21T10:15:00.000Z\"; without a zone it is UTC.")));
	return filter_core_op(sql_operators[node->op], column,
						  instant_const(type, from));
}

/*
 * Compare a column of another type: a string is read as that type, or, for co
 * and sw and where case is ignored in strings, compared with the column's
 * text.
 */
static Expr *
compare_other(FilterTarget *target, Expr *column, Oid type,
			  const FilterNode *node)
{
	static const int strategies[] = {
		[FILTER_EQ] = BTEqualStrategyNumber,
		[FILTER_LT] = BTLessStrategyNumber,
		[FILTER_LE] = BTLessEqualStrategyNumber,
		[FILTER_GT] = BTGreaterStrategyNumber,
		[FILTER_GE] = BTGreaterEqualStrategyNumber,
	};
	TypeCacheEntry *cache = lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY);
	Oid				opno = InvalidOid;
	char			category;
	bool			preferred;
	Oid				input;
	Oid				ioparam;
	int16			typlen;
	bool			typbyval;
	OpExpr		   *op;

	if (node->valuekind != FILTER_STRING)
		return NULL;
	get_type_category_preferred(type, &category, &preferred);
	if (OidIsValid(cache->btree_opf) && node->op <= FILTER_GE &&
		!(target->ignore_case &&
		  (category == TYPCATEGORY_STRING || category == TYPCATEGORY_ENUM)))
		opno =
			get_opfamily_member(cache->btree_opf, cache->btree_opintype,
								cache->btree_opintype, strategies[node->op]);
	if (!OidIsValid(opno))
		return compare_text(target, filter_cast(column, TEXTOID), node);

	getTypeInputInfo(type, &input, &ioparam);
	get_typlenbyval(type, &typlen, &typbyval);
	op = (OpExpr *) make_opclause(
		opno, BOOLOID, false, relabel(column, type),
		(Expr *) makeConst(
			type, -1, get_typcollation(type), typlen,
			OidInputFunctionCall(input, node->value, ioparam, -1), false,
			typbyval),
		InvalidOid, exprCollation((Node *) column));
	set_opfuncid(op);
	return (Expr *) op;
}

/* Refuse an operator that nobody defines. */
static void
check_operator(FilterTarget *target, const FilterNode *node)
{
	if (node->op == FILTER_EXTENDED)
		ereport(
			ERROR,
			(errcode(ERRCODE_UNDEFINED_FUNCTION),
			 errmsg("filter operator \"%s\" does not exist", node->opname),
			 error_place(node),
			 errhint("The operators are eq, lt, le, gt, ge, co, sw and pr.")));
}

/* Tell whether values of a type are reached as JSON. */
static bool
is_json_like(Oid type)
{
	return type == JSONBOID || type == JSONOID ||
		   OidIsValid(get_element_type(type)) || type_is_rowtype(type);
}

/* Translate a comparison or presence test of a column that is no JSON. */
static Expr *
translate_scalar(FilterTarget *target, Expr *column, const FilterNode *node,
				 bool negate)
{
	Oid	  type = getBaseType(exprType((Node *) column));
	Expr *predicate;

	if (node->kind == FILTER_PRESENT)
		return filter_null_test(column, negate ? IS_NULL : IS_NOT_NULL);

	switch (type)
	{
		case TEXTOID:
		case VARCHAROID:
			predicate = compare_text(target, column, node);
			break;
		case BOOLOID:
			predicate = compare_boolean(column, node);
			break;
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
		case FLOAT4OID:
		case FLOAT8OID:
			predicate = compare_number(column, type, node);
			break;
		case TIMESTAMPTZOID:
		case TIMESTAMPOID:
		case DATEOID:
			predicate = compare_instant(target, column, type, node);
			break;
		default:
			predicate = compare_other(target, column, type, node);
	}
	if (predicate == NULL)
		return make_truth(negate);
	return finish(target, column, predicate, negate);
}

/* Refuse a field that the row type cannot have. */
static void
unknown_field(FilterTarget *target, const FilterNode *node)
{
	StringInfoData field;
	const char	  *nearest =
		field_nearest(target->desc, &target->shape, node->tokens[0]);

	initStringInfo(&field);
	filter_print_pointer(node->tokens, node->ntokens, &field);
	ereport(
		ERROR,
		(errcode(ERRCODE_UNDEFINED_COLUMN),
		 errmsg("field \"%s\" does not exist in %s", field.data, target->name),
		 error_place(node),
		 nearest
			 ? errhint("Perhaps you meant \"/%s\".", nearest)
			 : errhint("Fields are the columns, in camelCase; the table has "
					   "no column \"extra\" of type jsonb for others.")));
}

/* Translate a comparison or presence test. */
static Expr *
translate_field(FilterTarget *target, const FilterNode *node, bool negate)
{
	AttrNumber attno;
	int		   used = 0;
	Expr	  *column;
	Oid		   type;

	if (node->kind == FILTER_COMPARE)
		check_operator(target, node);
	if (target->is_document)
		return filter_json_expr(target, make_column(target, 1), node->tokens,
								node->ntokens, node, negate);
	if (target->desc == NULL)
		return make_truth(negate);
	if (node->ntokens == 0)
		return make_truth((node->kind == FILTER_PRESENT) != negate);

	attno = field_column_of(target->desc, &target->shape, node->tokens[0],
							strlen(node->tokens[0]));
	if (attno != InvalidAttrNumber)
		used = 1;
	else
		attno = target->shape.extra;
	if (attno == InvalidAttrNumber)
		unknown_field(target, node);

	column = make_column(target, attno);
	type = getBaseType(exprType((Node *) column));
	if (!is_json_like(type))
	{
		if (node->ntokens > 1)
			return make_truth(negate); /* nothing is inside a scalar */
		return translate_scalar(target, column, node, negate);
	}
	if (type == JSONOID)
		column = filter_cast(column, JSONBOID);
	else if (type != JSONBOID)
		column = (Expr *) makeFuncExpr(
			F_TO_JSONB, JSONBOID, list_make1(column), InvalidOid,
			exprCollation((Node *) column), COERCE_EXPLICIT_CALL);
	else
		column = relabel(column, JSONBOID);
	return filter_json_expr(target, column, node->tokens + used,
							node->ntokens - used, node, negate);
}

/*
 * Tell which column a comparison is about, if it is an eq whose literal can
 * stand in an array with others of the same column.
 */
static AttrNumber
any_column(FilterTarget *target, const FilterNode *node)
{
	AttrNumber attno;
	Oid		   type;

	if (node->kind != FILTER_COMPARE || node->op != FILTER_EQ ||
		node->ntokens != 1 || target->is_document || target->desc == NULL)
		return InvalidAttrNumber;
	attno = field_column_of(target->desc, &target->shape, node->tokens[0],
							strlen(node->tokens[0]));
	if (attno == InvalidAttrNumber)
		return InvalidAttrNumber;
	type = getBaseType(TupleDescAttr(target->desc, attno - 1)->atttypid);
	return is_json_like(type) || type == BOOLOID ? InvalidAttrNumber : attno;
}

/*
 * Make = ANY of operations "column = constant" of one column, as far as they
 * are alike; the others are appended to *rest.
 */
static Expr *
make_any(FilterTarget *target, List *operations, Expr *column, bool negate,
		 List **rest)
{
	OpExpr *model = linitial_node(OpExpr, operations);
	Const  *constant = castNode(Const, lsecond(model->args));
	Datum  *values = palloc(list_length(operations) * sizeof(Datum));
	int		nvalues = 0;
	ScalarArrayOpExpr *any;
	ArrayType		  *array;
	int16			   typlen;
	bool			   typbyval;
	char			   align;
	ListCell		  *lc;

	foreach (lc, operations)
	{
		OpExpr *op = lfirst_node(OpExpr, lc);

		if (op->opno == model->opno)
			values[nvalues++] = castNode(Const, lsecond(op->args))->constvalue;
		else
			*rest =
				lappend(*rest, finish(target, column, (Expr *) op, negate));
	}
	if (nvalues == 1)
		return finish(target, column, (Expr *) model, negate);

	get_typlenbyvalalign(constant->consttype, &typlen, &typbyval, &align);
	array = construct_array(values, nvalues, constant->consttype, typlen,
							typbyval, align);
	any = makeNode(ScalarArrayOpExpr);
	any->opno = model->opno;
	any->opfuncid = model->opfuncid;
	any->useOr = true;
	any->inputcollid = model->inputcollid;
	any->args = list_make2(linitial(model->args),
						   makeConst(get_array_type(constant->consttype), -1,
									 constant->constcollid, -1,
									 PointerGetDatum(array), false, false));
	any->location = -1;
	return finish(target, column, (Expr *) any, negate);
}

/*
 * Translate the operands of or: those that compare one column for equality
 * become = ANY, in the place of the first, since the planner is slow with
 * thousands of ORs.
 */
static List *
translate_alternatives(FilterTarget *target, const FilterNode *node,
					   bool negate)
{
	int	   natts = target->desc ? target->desc->natts : 0;
	List **groups = palloc0((natts + 1) * sizeof(List *));
	int	  *positions = palloc0((natts + 1) * sizeof(int));
	List  *alternatives = NIL;
	List  *rest = NIL;

	for (const FilterNode *n = node->first; n; n = n->next)
	{
		AttrNumber attno = any_column(target, n);
		Expr	  *operation = NULL;

		if (attno != InvalidAttrNumber)
		{
			bool two_valued = target->two_valued;

			target->two_valued = false;
			operation = translate_node(target, n, false);
			target->two_valued = two_valued;
		}
		if (operation == NULL || !IsA(operation, OpExpr))
			alternatives =
				lappend(alternatives, translate_node(target, n, negate));
		else
		{
			if (groups[attno] == NIL)
			{
				/* the place is filled below */
				alternatives = lappend(alternatives, NULL);
				positions[attno] = list_length(alternatives) - 1;
			}
			groups[attno] = lappend(groups[attno], operation);
		}
	}
	for (int attno = 1; attno <= natts; attno++)
	{
		if (groups[attno] != NIL)
			lfirst(list_nth_cell(alternatives, positions[attno])) =
				make_any(target, groups[attno], make_column(target, attno),
						 negate, &rest);
	}
	pfree(groups);
	pfree(positions);
	return list_concat(alternatives, rest);
}

/* Translate a node, or its negation. */
static Expr *
translate_node(FilterTarget *target, const FilterNode *node, bool negate)
{
	List *operands = NIL;

	check_stack_depth();
	switch (node->kind)
	{
		case FILTER_TRUE:
			return make_truth(!negate);
		case FILTER_FALSE:
			return make_truth(negate);
		case FILTER_NOT:
			return translate_node(target, node->first, !negate);
		case FILTER_AND:
			for (const FilterNode *n = node->first; n; n = n->next)
				operands =
					lappend(operands, translate_node(target, n, negate));
			break;
		case FILTER_OR:
			operands = translate_alternatives(target, node, negate);
			break;
		case FILTER_PRESENT:
		case FILTER_COMPARE:
			return translate_field(target, node, negate);
	}
	if (list_length(operands) == 1)
		return linitial(operands);
	/* De Morgan */
	return (node->kind == FILTER_AND) != negate ? make_andclause(operands)
												: make_orclause(operands);
}

/* Translate a filter for a target. */
Expr *
filter_to_expr(FilterTarget *target, const FilterNode *node)
{
	return translate_node(target, node, false);
}
