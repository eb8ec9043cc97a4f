/*
 * order.c
 *		The order that sort keys ask for, made total, and the condition that
 *		an event comes after another in it.  It knows neither cookies nor
 *		what a page is.
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/pg_type_d.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "compat.h"
#include "order.h"

/* Give the operators of a type's default order; 0 where it has none. */
static TypeCacheEntry *
order_of(Oid type)
{
	return lookup_type_cache(type, TYPECACHE_EQ_OPR | TYPECACHE_LT_OPR |
									   TYPECACHE_GT_OPR);
}

/* Write a column. */
static char *
column_text(Form_pg_attribute att)
{
	return psprintf("t.%s", quote_identifier(NameStr(att->attname)));
}

/* Make the key of a column whose type has an order. */
static OrderKey *
column_key(Form_pg_attribute att, bool descending)
{
	OrderKey *key = palloc(sizeof(OrderKey));

	key->expression = column_text(att);
	key->type = getBaseType(att->atttypid);
	key->operand =
		key->type == att->atttypid
			? key->expression
			: psprintf("%s::%s", key->expression,
					   format_type_extended(key->type, -1,
											FORMAT_TYPE_TYPEMOD_GIVEN |
												FORMAT_TYPE_FORCE_QUALIFY));
	key->descending = descending;
	key->not_null = att->attnotnull;
	return key;
}

/*
 * Make the key of a field.  Values inside JSON sort as jsonb; a null counts as
 * missing.
 */
static OrderKey *
field_key(TopicQuery *query, const FilterNode *pointer, bool descending)
{
	OrderKey  *key = palloc0(sizeof(OrderKey));
	char	 **tokens = pointer->tokens;
	AttrNumber attno = field_column_of(query->desc, &query->shape, tokens[0],
									   strlen(tokens[0]));
	int		   used = attno != InvalidAttrNumber ? 1 : 0;
	Form_pg_attribute att;
	StringInfoData	  json;

	if (attno == InvalidAttrNumber)
		attno = query->shape.extra;
	att = TupleDescAttr(query->desc, attno - 1);
	if (pointer->ntokens == used &&
		OidIsValid(order_of(att->atttypid)->lt_opr))
		return column_key(att, descending);

	initStringInfo(&json);
	appendStringInfo(
		&json, att->atttypid == JSONBOID ? "(%s" : "(pg_catalog.to_jsonb(%s)",
		column_text(att));
	for (int i = used; i < pointer->ntokens; i++)
		appendStringInfo(&json, "%s%s",
						 i == used ? " OPERATOR(pg_catalog.#>) ARRAY[" : ", ",
						 quote_literal_cstr(tokens[i]));
	appendStringInfoString(&json, used < pointer->ntokens ? "])" : ")");
	key->expression = psprintf("CASE WHEN %s OPERATOR(pg_catalog.<>) "
							   "'null'::pg_catalog.jsonb THEN %s END",
							   json.data, json.data);
	key->operand = key->expression;
	key->type = JSONBOID;
	key->descending = descending;
	return key;
}

/* Add a key, unless it is there already: then it would decide nothing. */
static List *
add_key(List *keys, OrderKey *key)
{
	ListCell *lc;

	foreach (lc, keys)
	{
		if (strcmp(((OrderKey *) lfirst(lc))->expression, key->expression) ==
			0)
			return keys;
	}
	return lappend(keys, key);
}

/*
 * Give the keys of the order that sort keys (NULL: timestamp,_id) ask for.
 * What tells events apart follows, in the direction of the last key: "_id",
 * "timestamp", and the tenant where the table has one.  So the order is total,
 * and an index on ("timestamp", id, tenant_id) serves it both ways.
 */
List *
topic_order(TopicQuery *query, const char *sort_keys)
{
	TupleDesc		desc = query->desc;
	const RowShape *shape = &query->shape;
	AttrNumber		identity[3];
	List		   *keys = NIL;
	bool			descending = false;
	ListCell	   *lc;

	if (sort_keys == NULL)
		sort_keys = "timestamp";
	foreach (lc, fields_parse(sort_keys, true))
	{
		FieldItem *item = lfirst(lc);

		fields_check(sort_keys, desc, shape, item->pointer, query->relation);
		if (item->pointer->ntokens == 0)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("invalid sort keys"),
							errdetail("The field at byte %d of \"%s\" is the "
									  "whole event.",
									  item->pointer->offset + 1,
									  fields_shown(sort_keys)),
							errhint("Name fields, as in -timestamp,+_id.")));
		descending = item->descending;
		keys = add_key(keys, field_key(query, item->pointer, descending));
	}

	identity[0] = field_column_of(desc, shape, "_id", 3);
	identity[1] = field_column_of(desc, shape, "timestamp", 9);
	identity[2] = shape->tenant ? shape->tenant
								: field_column_of(desc, shape, "tenantId", 8);
	for (int i = 0; i < lengthof(identity); i++)
	{
		Form_pg_attribute att;

		if (identity[i] == InvalidAttrNumber)
			continue;
		att = TupleDescAttr(desc, identity[i] - 1);
		if (OidIsValid(order_of(att->atttypid)->lt_opr))
			keys = add_key(keys, column_key(att, descending));
	}
	return keys;
}

/*
 * Write ORDER BY, by the expressions of the keys, or by their places from one
 * on in the SELECT list.  Missing values come last in either direction.
 */
void
topic_order_by(TopicQuery *query, List *keys, AttrNumber place)
{
	StringInfo sql = &query->sql;
	ListCell  *lc;

	foreach (lc, keys)
	{
		OrderKey *key = lfirst(lc);

		appendStringInfoString(sql,
							   lc == list_head(keys) ? " ORDER BY " : ", ");
		if (place)
			appendStringInfo(sql, "%d", place + foreach_current_index(lc));
		else
			appendStringInfoString(sql, key->expression);
		if (key->descending)
			appendStringInfoString(sql, key->not_null ? " DESC"
													  : " DESC NULLS LAST");
	}
}

/*
 * Make parameters of the keys' values; 0 stands for a missing one in the
 * position that this gives.
 */
int *
topic_order_bind(TopicQuery *query, List *keys, const Datum *values,
				 const bool *isnull)
{
	int *position = palloc0(list_length(keys) * sizeof(int));

	for (int i = 0; i < list_length(keys); i++)
	{
		OrderKey *key = list_nth(keys, i);

		if (!isnull[i])
			position[i] = topic_query_bind(query, key->type, values[i], false);
	}
	return position;
}

/*
 * Write a comparison of a key with a parameter.  A cast to a polymorphic type
 * is left out: of arrays with a modifier it makes what no operator takes.
 */
static void
append_comparison(StringInfo sql, const OrderKey *key, Oid operator,
				  int parameter)
{
	Oid left;
	Oid right;

	op_input_types(operator, & left, &right);
	if (!IsPolymorphicType(left))
		left = right = key->type;
	generate_operator_clause(sql, key->operand, left, operator,
							 psprintf("$%d", parameter), right);
}

/* Write the condition that a key is the same as in a position. */
static void
append_same(StringInfo sql, const OrderKey *key, int parameter)
{
	if (parameter == 0)
		appendStringInfo(sql, "%s IS NULL", key->expression);
	else
		append_comparison(sql, key, order_of(key->type)->eq_opr, parameter);
}

/*
 * Write the condition that a key, where it is not missing, comes after a
 * position by itself.
 */
static void
append_beyond(StringInfo sql, const OrderKey *key, int parameter)
{
	TypeCacheEntry *order = order_of(key->type);

	if (parameter == 0)
		appendStringInfoString(sql, "false");
	else
		append_comparison(sql, key,
						  key->descending ? order->lt_opr : order->gt_opr,
						  parameter);
}

/*
 * Tell whether the keys from one on can be compared as rows, as an index
 * does: none is ever NULL, and all go the same way.  Operators outside of
 * pg_catalog might not be called < and >.
 */
static bool
are_row(List *keys, int from)
{
	OrderKey *first = list_nth(keys, from);
	ListCell *lc;

	for_each_from(lc, keys, from)
	{
		OrderKey *key = lfirst(lc);

		if (!key->not_null || key->descending != first->descending ||
			order_of(key->type)->lt_opr >= FirstUnpinnedObjectId)
			return false;
	}
	return true;
}

/* Write a comparison of the keys from one on, as a row, with a position. */
static void
append_row(StringInfo sql, List *keys, int from, const int *position)
{
	StringInfoData parameters;

	initStringInfo(&parameters);
	for (int i = from; i < list_length(keys); i++)
	{
		const char *separator = i == from ? "ROW(" : ", ";
		OrderKey   *key = list_nth(keys, i);

		appendStringInfo(sql, "%s%s", separator, key->operand);
		appendStringInfo(&parameters, "%s$%d", separator, position[i]);
	}
	appendStringInfo(sql, ") OPERATOR(pg_catalog.%c) %s)",
					 ((OrderKey *) list_nth(keys, from))->descending ? '<'
																	 : '>',
					 parameters.data);
}

/*
 * Write the condition that an event comes after a position, in the order of
 * the keys from one on.
 */
void
topic_order_after(TopicQuery *query, List *keys, int from, const int *position)
{
	StringInfo sql = &query->sql;
	int		   i;

	appendStringInfoChar(sql, '(');
	for (i = from; i < list_length(keys) && !are_row(keys, i); i++)
	{
		OrderKey *key = list_nth(keys, i);

		append_beyond(sql, key, position[i]);
		if (position[i] && !key->not_null)
			appendStringInfo(sql, " OR %s IS NULL", key->expression);
		appendStringInfoString(sql, " OR ");
		append_same(sql, key, position[i]);
		appendStringInfoString(sql, " AND (");
	}
	if (i < list_length(keys))
		append_row(sql, keys, i, position);
	else
		appendStringInfoString(sql, "false");
	for (; i >= from; i--)
		appendStringInfoChar(sql, ')');
}

/*
 * Have a SELECT, so far without ORDER BY, begin after a position; its list has
 * the keys from a place on.  Events that share the first key with it are asked
 * for by themselves: so months before it are pruned, and the planner's
 * estimate is good however many share it, which that of a comparison of whole
 * rows is not.  So are those that lack it: no index serves an OR in order.
 */
void
topic_order_continue(TopicQuery *query, List *keys, AttrNumber place,
					 const int *position, const char *limit)
{
	StringInfo sql = &query->sql;
	OrderKey  *first = linitial(keys);
	char	  *select = pstrdup(sql->data);

	resetStringInfo(sql);
	appendStringInfo(sql, "SELECT * FROM ((%s AND ", select);
	append_same(sql, first, position[0]);
	appendStringInfoString(sql, " AND ");
	topic_order_after(query, keys, 1, position);
	topic_order_by(query, keys, 0);
	if (position[0])
	{
		appendStringInfo(sql, "%s) UNION ALL (%s AND ", limit, select);
		append_beyond(sql, first, position[0]);
		topic_order_by(query, keys, 0);
		if (!first->not_null)
		{
			appendStringInfo(sql, "%s) UNION ALL (%s AND ", limit, select);
			append_same(sql, first, 0);
			topic_order_by(query, keys, 0);
		}
	}
	appendStringInfo(sql, "%s)) u", limit);
	topic_order_by(query, keys, place);
	appendStringInfoString(sql, limit);
}
