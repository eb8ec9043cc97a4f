/*
 * filter_column.c
 *		The part of the translator that compares a column of a scalar type with
 *		a literal, by that type's own operators.  It is given the column as an
 *		expression and does not know how a field became that column.
 */
#include "postgres.h"

#include <math.h>

#include "access/stratnum.h"
#include "catalog/namespace.h"
#include "catalog/pg_collation_d.h"
#include "catalog/pg_type_d.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_coerce.h"
#include "parser/parse_func.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgroids.h"
#include "utils/formatting.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "compat.h"
#include "filter_expr.h"
#include "iso8601.h"

/* How SQL spells the operators that a btree knows. */
static const char *const sql_operators[] = {
	[FILTER_EQ] = "=", [FILTER_LT] = "<",  [FILTER_LE] = "<=",
	[FILTER_GT] = ">", [FILTER_GE] = ">=",
};

/* Say in an error's detail which comparison of the filter is meant. */
int
filter_error_place(const FilterNode *node)
{
	StringInfoData buf;

	initStringInfo(&buf);
	filter_print(node, &buf);
	return errdetail("In %.*s%s, at byte %d of the filter's canonical text.",
					 pg_mbcliplen(buf.data, buf.len, 200), buf.data,
					 buf.len > 200 ? "..." : "", node->offset + 1);
}

/* Make a constant of type text. */
static Const *
text_const(const char *value)
{
	return makeConst(TEXTOID, -1, DEFAULT_COLLATION_OID, -1,
					 CStringGetTextDatum(value), false, false);
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
Expr *
filter_relabel(Expr *arg, Oid type)
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
	return filter_relabel(arg, type);
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

/*
 * Finish a predicate that is NULL only where its column is: make it what the
 * context needs.
 */
Expr *
filter_finish(FilterTarget *target, Expr *column, Expr *predicate, bool negate)
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

/* Give the LIKE pattern of what contains a value, or ends with it. */
static char *
like_pattern(const char *value, FilterOp op)
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
	if (op != FILTER_EW)
		appendStringInfoChar(&buf, '%');
	return buf.data;
}

/*
 * Give a text expression a collation by which patterns can be looked for: some
 * have none of their own, by which equal texts differ in bytes.
 */
static Expr *
pattern_operand(Expr *arg)
{
	Oid			 collation = exprCollation((Node *) arg);
	CollateExpr *collate;

	if (!OidIsValid(collation) || get_collation_isdeterministic(collation))
		return arg;
	collate = makeNode(CollateExpr);
	collate->arg = arg;
	collate->collOid = C_COLLATION_OID;
	collate->location = -1;
	return (Expr *) collate;
}

/* Compare a text column; NULL if it can't match. */
static Expr *
compare_text(FilterTarget *target, Expr *column, const FilterNode *node)
{
	Expr *left = filter_fold_expr(target, filter_relabel(column, TEXTOID));
	const char *value = filter_fold_value(target, node->value);

	if (node->valuekind != FILTER_STRING)
		return NULL;
	if (node->op == FILTER_CO || node->op == FILTER_EW)
		return filter_core_op(
			"~~", pattern_operand(left),
			(Expr *) text_const(like_pattern(value, node->op)));
	if (node->op == FILTER_SW)
		return filter_core_op("^@", pattern_operand(left),
							  (Expr *) text_const(value));
	return filter_core_op(sql_operators[node->op], left,
						  (Expr *) text_const(value));
}

/* Compare a boolean column; co and sw mean eq, as for numbers. */
static Expr *
compare_boolean(Expr *column, const FilterNode *node)
{
	FilterOp op = node->op > FILTER_GE ? FILTER_EQ : node->op;

	if (node->valuekind != FILTER_BOOLEAN)
		return NULL;
	return filter_core_op(
		sql_operators[op], filter_relabel(column, BOOLOID),
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

/*
 * Read a number as a floating-point type has it; NULL if it is beyond the
 * type, where it would turn into infinity or zero.
 */
static Const *
float_const(Oid type, const char *number)
{
	bool   is_zero = strcspn(number, "123456789") >= strcspn(number, "E");
	double value =
		type == FLOAT4OID ? strtof(number, NULL) : strtod(number, NULL);

	if (isinf(value) || (value == 0 && !is_zero))
		return NULL;
	if (type == FLOAT4OID)
		return makeConst(type, -1, InvalidOid, sizeof(float4),
						 Float4GetDatum(value), false, true);
	return makeConst(type, -1, InvalidOid, sizeof(float8),
					 Float8GetDatum(value), false, FLOAT8PASSBYVAL);
}

/* Make a constant of a column's own type, or a bigint if it is beyond that. */
static Const *
whole_const(Oid type, int64 value)
{
	if (type == INT2OID && value == (int16) value)
		return makeConst(type, -1, InvalidOid, sizeof(int16),
						 Int16GetDatum(value), false, true);
	if (type == INT4OID && value == (int32) value)
		return makeConst(type, -1, InvalidOid, sizeof(int32),
						 Int32GetDatum(value), false, true);
	return makeConst(INT8OID, -1, InvalidOid, sizeof(int64),
					 Int64GetDatum(value), false, FLOAT8PASSBYVAL);
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
	column = filter_relabel(column, type);
	if (type == FLOAT4OID || type == FLOAT8OID)
	{
		Const *number = float_const(type, node->value);

		if (number == NULL && type == FLOAT4OID)
			number = float_const(FLOAT8OID, node->value);
		if (number)
			return filter_core_op(name, column, (Expr *) number);
	}
	else if (type != NUMERICOID && is_bigint(node->value, &whole))
		return filter_core_op(name, column, (Expr *) whole_const(type, whole));
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
	column = filter_relabel(column, type);
	if (node->op == FILTER_CO || node->op == FILTER_EW ||
		(node->op == FILTER_SW && len == 0))
	{
		if (type != TIMESTAMPTZOID)
			column = (Expr *) makeFuncExpr(
				F_TIMEZONE_TEXT_TIMESTAMP, TIMESTAMPTZOID,
				list_make2(text_const("UTC"),
						   filter_cast(column, TIMESTAMPOID)),
				InvalidOid, DEFAULT_COLLATION_OID, COERCE_EXPLICIT_CALL);
		column = own_function("iso8601", column);
		return filter_core_op(
			"~~", filter_fold_expr(target, column),
			(Expr *) text_const(like_pattern(
				filter_fold_value(target, node->value), node->op)));
	}
	if (node->op == FILTER_SW)
	{
		const char *prefix = node->value;

		if (target->ignore_case)
			prefix = asc_toupper(prefix, len); /* T and Z */
		if (!iso8601_prefix_range(prefix, len, &from, &until))
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
			 filter_error_place(node),
			 errhint(
				 "Write an ISO 8601 timestamp, such as "
				 "\"2026-11-21T10:15:00.000Z\"; without a zone it is UTC.")));
	return filter_core_op(sql_operators[node->op], column,
						  instant_const(type, from));
}

/* Add to a type's own error which comparison of the filter it is about. */
static void
literal_error(void *node)
{
	StringInfoData buf;

	initStringInfo(&buf);
	filter_print(node, &buf);
	errcontext("comparison %.*s, at byte %d of the filter's canonical text",
			   pg_mbcliplen(buf.data, buf.len, 200), buf.data,
			   ((FilterNode *) node)->offset + 1);
}

/* Read a string as a value of a type. */
static Datum
read_literal(Oid type, const FilterNode *node)
{
	ErrorContextCallback callback;
	Oid					 input;
	Oid					 ioparam;
	Datum				 value;

	getTypeInputInfo(type, &input, &ioparam);
	callback.previous = error_context_stack;
	callback.callback = literal_error;
	callback.arg = unconstify(FilterNode *, node);
	error_context_stack = &callback;
	value = OidInputFunctionCall(input, node->value, ioparam, -1);
	error_context_stack = callback.previous;
	return value;
}

/*
 * Compare a column of another type: a string is read as that type, or, for co,
 * sw and ew and where case is ignored in strings, compared with the column's
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

	get_typlenbyval(type, &typlen, &typbyval);
	op = (OpExpr *) make_opclause(
		opno, BOOLOID, false, filter_relabel(column, type),
		(Expr *) makeConst(type, -1, get_typcollation(type), typlen,
						   read_literal(type, node), false, typbyval),
		InvalidOid, exprCollation((Node *) column));
	set_opfuncid(op);
	return (Expr *) op;
}

/* Translate a comparison or presence test of a column that is no JSON. */
Expr *
filter_scalar_expr(FilterTarget *target, Expr *column, const FilterNode *node,
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
		return filter_truth(negate);
	return filter_finish(target, column, predicate, negate);
}
