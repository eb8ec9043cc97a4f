/*
 * order.c
 *		The order that sort keys ask for, made total, and the condition that
 *		an event comes after another in it.  It knows neither cookies nor
 *		what a page is.
 */
#include "postgres.h"

#include "access/stratnum.h"
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
	return lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY |
									   TYPECACHE_EQ_OPR | TYPECACHE_LT_OPR |
									   TYPECACHE_GT_OPR);
}

/*
 * Make the key of a field.  Values inside JSON sort as jsonb; a null counts as
 * missing.
 */
static OrderKey *
make_key(TopicQuery *query, char **tokens, int ntokens, bool descending)
{
	OrderKey  *key = palloc0(sizeof(OrderKey));
	AttrNumber attno = field_column_of(query->desc, &query->shape, tokens[0],
									   strlen(tokens[0]));
	int		   used = attno != InvalidAttrNumber ? 1 : 0;
	Form_pg_attribute att;
	StringInfoData	  json;
	char			 *column;

	if (attno == InvalidAttrNumber)
		attno = query->shape.extra;
	att = TupleDescAttr(query->desc, attno - 1);
	column = psprintf("t.%s", quote_identifier(NameStr(att->attname)));
	key->descending = descending;
	if (ntokens == used && OidIsValid(order_of(att->atttypid)->lt_opr))
	{
		key->expression = column;
		key->type = getBaseType(att->atttypid);
		key->not_null = att->attnotnull;
		return key;
	}

	initStringInfo(&json);
	appendStringInfo(
		&json, att->atttypid == JSONBOID ? "(%s" : "(pg_catalog.to_jsonb(%s)",
		column);
	for (int i = used; i < ntokens; i++)
		appendStringInfo(&json, "%s%s",
						 i == used ? " OPERATOR(pg_catalog.#>) ARRAY[" : ", ",
						 quote_literal_cstr(tokens[i]));
	appendStringInfoString(&json, used < ntokens ? "])" : ")");
	key->expression = psprintf("CASE WHEN %s OPERATOR(pg_catalog.<>) "
							   "'null'::pg_catalog.jsonb THEN %s END",
							   json.data, json.data);
	key->type = JSONBOID;
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
	static const char *const identity[] = {"_id", "timestamp", "tenantId"};
	List					*keys = NIL;
	bool					 descending = false;
	ListCell				*lc;

	if (sort_keys == NULL)
		sort_keys = "timestamp";
	foreach (lc, fields_parse(sort_keys, true))
	{
		FieldItem *item = lfirst(lc);

		fields_check(sort_keys, query->desc, &query->shape, item->pointer,
					 query->relation);
		if (item->pointer->ntokens == 0)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("invalid sort keys"),
							errdetail("The field at byte %d of \"%s\" is the "
									  "whole event.",
									  item->pointer->offset + 1,
									  fields_shown(sort_keys)),
							errhint("Name fields, as in -timestamp,+_id.")));
		descending = item->descending;
		keys = add_key(keys, make_key(query, item->pointer->tokens,
									  item->pointer->ntokens, descending));
	}
	for (int i = 0; i < lengthof(identity); i++)
	{
		char *member = unconstify(char *, identity[i]);

		if (field_column_of(query->desc, &query->shape, member,
							strlen(member)) != InvalidAttrNumber)
			keys = add_key(keys, make_key(query, &member, 1, descending));
	}
	return keys;
}

/* Write ORDER BY.  Missing values come last in either direction. */
void
topic_order_by(TopicQuery *query, List *keys)
{
	ListCell *lc;

	foreach (lc, keys)
	{
		OrderKey *key = lfirst(lc);

		appendStringInfo(&query->sql, "%s%s%s%s",
						 lc == list_head(keys) ? " ORDER BY " : ", ",
						 key->expression, key->descending ? " DESC" : "",
						 key->descending && !key->not_null ? " NULLS LAST"
														   : "");
	}
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

/* Write the keys from one on as a row, or the parameters of their values. */
static void
append_row(StringInfo sql, List *keys, int from, const int *parameters)
{
	for (int i = from; i < list_length(keys); i++)
	{
		appendStringInfoString(sql, i == from ? "ROW(" : ", ");
		if (parameters)
			appendStringInfo(sql, "$%d", parameters[i]);
		else
			appendStringInfoString(
				sql, ((OrderKey *) list_nth(keys, i))->expression);
	}
	appendStringInfoChar(sql, ')');
}

/* Write a comparison of a key with a parameter. */
static void
append_comparison(StringInfo sql, const OrderKey *key, Oid operator,
				  int parameter)
{
	generate_operator_clause(sql, key->expression, key->type, operator,
							 psprintf("$%d", parameter), key->type);
}

/*
 * Write the condition that an event comes after the one with these values of
 * the keys.  Where a value is missing only events that lack it too follow.
 */
void
topic_order_after(TopicQuery *query, List *keys, const Datum *values,
				  const bool *isnull)
{
	StringInfo sql = &query->sql;
	int		   nkeys = list_length(keys);
	int		  *parameters = palloc(nkeys * sizeof(int));
	int		   open = 1;
	OrderKey  *first;
	int		   i;

	for (i = 0; i < nkeys; i++)
	{
		if (!isnull[i])
			parameters[i] =
				topic_query_bind(query, ((OrderKey *) list_nth(keys, i))->type,
								 values[i], false);
	}

	appendStringInfoChar(sql, '(');
	for (i = 0; i < nkeys && !are_row(keys, i); i++)
	{
		OrderKey	   *key = list_nth(keys, i);
		TypeCacheEntry *order = order_of(key->type);

		if (isnull[i])
			appendStringInfo(sql, "%s IS NULL AND (", key->expression);
		else
		{
			append_comparison(sql, key,
							  key->descending ? order->lt_opr : order->gt_opr,
							  parameters[i]);
			if (!key->not_null)
				appendStringInfo(sql, " OR %s IS NULL", key->expression);
			appendStringInfoString(sql, " OR ");
			append_comparison(sql, key, order->eq_opr, parameters[i]);
			appendStringInfoString(sql, " AND (");
		}
		open++;
	}
	if (i < nkeys)
	{
		append_row(sql, keys, i, NULL);
		appendStringInfo(sql, " OPERATOR(pg_catalog.%c) ",
						 ((OrderKey *) list_nth(keys, i))->descending ? '<'
																	  : '>');
		append_row(sql, keys, i, parameters);
	}
	else
		appendStringInfoString(sql, "false");
	while (open-- > 0)
		appendStringInfoChar(sql, ')');

	/* partitions are not pruned by comparisons of rows, nor by OR */
	first = linitial(keys);
	if (first->not_null)
	{
		TypeCacheEntry *order = order_of(first->type);

		appendStringInfoString(sql, " AND ");
		append_comparison(
			sql, first,
			get_opfamily_member(
				order->btree_opf, order->btree_opintype, order->btree_opintype,
				first->descending ? BTLessEqualStrategyNumber
								  : BTGreaterEqualStrategyNumber),
			parameters[0]);
	}
}
