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

#include "catalog/pg_type_d.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/array.h"
#include "common/jsonapi.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "filter.h"
#include "filter_expr.h"

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

/* Make a constant true or false. */
Expr *
filter_truth(bool value)
{
	return (Expr *) makeBoolConst(value, false);
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

/* Refuse an operator that nobody defines. */
void
filter_check_operator(const FilterNode *node)
{
	if (node->op == FILTER_EXTENDED)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("filter operator \"%s\" does not exist", node->opname),
				 filter_error_place(node),
				 errhint("The operators are eq, lt, le, gt, ge, co, sw, ew, "
						 "in and pr.")));
}

/*
 * Give what the operator in stands for: or of eq with each element of the list
 * in its literal.
 */
FilterNode *
filter_in_values(const FilterNode *node)
{
	FilterNode	   *any = palloc0(sizeof(FilterNode));
	FilterNode	  **last = &any->first;
	JsonLexContext *lex;
	JsonbIterator  *it;
	JsonbValue		value;
	Jsonb		   *list = NULL;
	bool			valid;

	any->kind = FILTER_OR;
	any->offset = node->offset;
	lex = make_json_lexer(node->value, strlen(node->value), false);
	valid = node->valuekind == FILTER_STRING &&
			pg_parse_json(lex, &nullSemAction) == JSON_SUCCESS;
	if (valid)
	{
		list = DatumGetJsonbP(
			DirectFunctionCall1(jsonb_in, CStringGetDatum(node->value)));
		valid = JB_ROOT_IS_ARRAY(list) && !JB_ROOT_IS_SCALAR(list);
	}
	if (valid)
	{
		it = JsonbIteratorInit(&list->root);
		(void) JsonbIteratorNext(&it, &value, true);
		while (valid && JsonbIteratorNext(&it, &value, true) == WJB_ELEM)
		{
			FilterNode *eq = palloc(sizeof(FilterNode));

			*eq = *node;
			eq->op = FILTER_EQ;
			eq->next = NULL;
			if (value.type == jbvString)
			{
				eq->valuekind = FILTER_STRING;
				eq->value =
					pnstrdup(value.val.string.val, value.val.string.len);
			}
			else if (value.type == jbvNumeric)
			{
				eq->valuekind = FILTER_NUMBER;
				eq->value = DatumGetCString(DirectFunctionCall1(
					numeric_out, NumericGetDatum(value.val.numeric)));
			}
			else if (value.type == jbvBool)
			{
				eq->valuekind = FILTER_BOOLEAN;
				eq->value = value.val.boolean ? "true" : "false";
			}
			else
				valid = false;
			*last = eq;
			last = &eq->next;
		}
	}
	if (!valid)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("value of filter operator \"in\" is no list"),
				 filter_error_place(node),
				 errhint("Write a JSON array of strings, numbers or booleans "
						 "in a string, such as '[\"a\",\"b\"]'.")));
	return any;
}

/* Tell whether values of a type are reached as JSON. */
bool
filter_is_json_like(Oid type)
{
	return type == JSONBOID || type == JSONOID ||
		   OidIsValid(get_element_type(type)) || type_is_rowtype(type);
}

/* Refuse a field that the row type cannot have. */
static void
unknown_field(FilterTarget *target, const FilterNode *node)
{
	StringInfoData field;
	const char	  *nearest =
		field_nearest(target->desc, &target->shape, node->tokens[0]);

	initStringInfo(&field);
	filter_print_pointer(node->tokens, node->ntokens, false, &field);
	ereport(
		ERROR,
		(errcode(ERRCODE_UNDEFINED_COLUMN),
		 errmsg("field \"%s\" does not exist in %s", field.data, target->name),
		 filter_error_place(node),
		 nearest
			 ? errhint("Perhaps you meant \"/%s\".", nearest)
			 : errhint("Fields are the columns, in camelCase; the table has "
					   "no column \"extra\" of type jsonb for others.")));
}

/*
 * Translate a subfilter on a column that is no JSON: the value itself is the
 * one that it is asked of.
 */
static Expr *
translate_scalar_subfilter(FilterTarget *target, AttrNumber attno,
						   const FilterNode *node, bool negate)
{
	AttrNumber outer = target->element;
	Expr	  *inner;
	Expr	  *test;

	target->element = attno;
	inner = translate_node(target, node->first, negate);
	target->element = outer;
	test = filter_null_test(make_column(target, attno),
							negate ? IS_NULL : IS_NOT_NULL);
	return negate ? make_orclause(list_make2(test, inner))
				  : make_andclause(list_make2(test, inner));
}

/* Find the column that a field begins with, or InvalidAttrNumber. */
static AttrNumber
find_column(FilterTarget *target, const FilterNode *node)
{
	if (target->element != InvalidAttrNumber)
		return target->element;
	return field_column_of(target->desc, &target->shape, node->tokens[0],
						   strlen(node->tokens[0]));
}

/* Translate what is asked of a field. */
static Expr *
translate_field(FilterTarget *target, const FilterNode *node, bool negate)
{
	AttrNumber	attno;
	int			used = target->element != InvalidAttrNumber ? 0 : 1;
	Expr	   *column;
	Oid			type;
	FilterNode *values = NULL;

	if (node->kind == FILTER_COMPARE)
		filter_check_operator(node);
	if (node->kind == FILTER_COMPARE && node->op == FILTER_IN)
		values = filter_in_values(node);
	if (target->is_document)
		return filter_json_expr(target, make_column(target, 1), node->tokens,
								node->ntokens, node, negate);
	if (target->desc == NULL)
		return filter_truth(negate);
	if (node->ntokens < used && node->kind == FILTER_COMPLEX)
		return translate_node(target, node->first, negate);
	if (node->ntokens < used)
		return filter_truth((node->kind == FILTER_PRESENT) != negate);

	attno = find_column(target, node);
	if (attno == InvalidAttrNumber)
	{
		used = 0;
		attno = target->shape.extra;
	}
	if (attno == InvalidAttrNumber)
		unknown_field(target, node);

	column = make_column(target, attno);
	type = getBaseType(exprType((Node *) column));
	if (!filter_is_json_like(type))
	{
		if (node->ntokens > used)
			return filter_truth(negate); /* nothing is inside a scalar */
		if (values)
			return translate_node(target, values, negate);
		if (node->kind == FILTER_COMPLEX)
			return translate_scalar_subfilter(target, attno, node, negate);
		return filter_scalar_expr(target, column, node, negate);
	}
	if (type == JSONOID)
		column = filter_cast(column, JSONBOID);
	else if (type != JSONBOID)
		column = (Expr *) makeFuncExpr(
			F_TO_JSONB, JSONBOID, list_make1(column), InvalidOid,
			exprCollation((Node *) column), COERCE_EXPLICIT_CALL);
	else
		column = filter_relabel(column, JSONBOID);
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
		node->ntokens != (target->element != InvalidAttrNumber ? 0 : 1) ||
		target->is_document || target->desc == NULL)
		return InvalidAttrNumber;
	attno = find_column(target, node);
	if (attno == InvalidAttrNumber)
		return InvalidAttrNumber;
	type = getBaseType(TupleDescAttr(target->desc, attno - 1)->atttypid);
	return filter_is_json_like(type) || type == BOOLOID ||
				   !OidIsValid(get_array_type(type))
			   ? InvalidAttrNumber
			   : attno;
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
			*rest = lappend(
				*rest, filter_finish(target, column, (Expr *) op, negate));
	}
	if (nvalues == 1)
		return filter_finish(target, column, (Expr *) model, negate);

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
	return filter_finish(target, column, (Expr *) any, negate);
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
			return filter_truth(!negate);
		case FILTER_FALSE:
			return filter_truth(negate);
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
		case FILTER_COMPLEX:
			return translate_field(target, node, negate);
	}
	if (operands == NIL)
		return filter_truth(negate); /* in an empty list */
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
