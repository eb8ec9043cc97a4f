/*
 * filter_type.c
 *		The queryfilter type.  A datum is the filter's canonical text: equal
 *		filters are equal bytes, so that comparison and hashing are bytea's,
 *		and the parser is the only way to a tree.  This file knows no row type
 *		and evaluates nothing.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/syscache.h"

#include "compat.h"
#include "filter.h"

#define QUERYFILTER_BINARY_VERSION 1

PG_FUNCTION_INFO_V1(queryfilter_in);
PG_FUNCTION_INFO_V1(queryfilter_out);
PG_FUNCTION_INFO_V1(queryfilter_recv);
PG_FUNCTION_INFO_V1(queryfilter_send);
PG_FUNCTION_INFO_V1(filter_and);
PG_FUNCTION_INFO_V1(filter_or);
PG_FUNCTION_INFO_V1(filter_not);
PG_FUNCTION_INFO_V1(filter_tree);

/* Make a datum of a tree; NULL after a soft error. */
static text *
filter_to_datum(const FilterNode *node, Node *escontext)
{
	StringInfoData buf;
	text		  *filter;

	initStringInfo(&buf);
	filter_print(node, &buf);
	if (buf.len > FILTER_MAX_SIZE)
		ereturn(
			escontext, NULL,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("filter is too long"),
			 errdetail("A filter can have up to %d bytes, this one has %d.",
					   FILTER_MAX_SIZE, buf.len)));
	filter = cstring_to_text_with_len(buf.data, buf.len);
	pfree(buf.data);
	return filter;
}

/* Parse text into a datum; NULL after a soft error. */
static text *
filter_from_text(const char *source, int len, Node *escontext)
{
	FilterError error;
	FilterNode *node;
	int			shown = pg_mbcliplen(source, len, 100);

	if (len > FILTER_MAX_SIZE)
		ereturn(
			escontext, NULL,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("filter is too long"),
			 errdetail("A filter can have up to %d bytes, this one has %d.",
					   FILTER_MAX_SIZE, len)));
	node = filter_parse(source, len, &error);
	if (node == NULL)
		ereturn(
			escontext, NULL,
			(errcode(error.is_limit ? ERRCODE_PROGRAM_LIMIT_EXCEEDED
									: ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type %s: \"%.*s%s\"",
					"queryfilter", shown, source, shown < len ? "..." : ""),
			 errdetail("%s, at byte %d.", error.detail, error.offset + 1),
			 error.hint ? errhint("%s", error.hint) : 0));
	return filter_to_datum(node, escontext);
}

/*
 * Give a datum's tree.  The datum was made by the functions here, so that its
 * text always parses.
 */
FilterNode *
filter_from_datum(const struct varlena *filter)
{
	FilterError error;
	const char *data = VARDATA_ANY(filter);
	FilterNode *node = filter_parse(data, VARSIZE_ANY_EXHDR(filter), &error);

	if (node == NULL)
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
						errmsg("invalid queryfilter value"),
						errdetail("%s, at byte %d.", error.detail,
								  error.offset + 1)));
	return node;
}

/* Make a datum of a filter's text; an error if it is none. */
Datum
filter_read(const char *text)
{
	return PointerGetDatum(filter_from_text(text, strlen(text), NULL));
}

/* Give the type of such datums. */
Oid
filter_type_oid(void)
{
	return GetSysCacheOid2(
		TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("queryfilter"),
		ObjectIdGetDatum(get_namespace_oid("synclog", false)));
}

Datum
queryfilter_in(PG_FUNCTION_ARGS)
{
	char *source = PG_GETARG_CSTRING(0);
	text *filter = filter_from_text(source, strlen(source), fcinfo->context);

	if (filter == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(filter);
}

Datum
queryfilter_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(TextDatumGetCString(PG_GETARG_DATUM(0)));
}

Datum
queryfilter_recv(PG_FUNCTION_ARGS)
{
	StringInfo buf = (StringInfo) PG_GETARG_POINTER(0);
	int		   version = pq_getmsgint(buf, 1);
	int		   len;
	char	  *source;

	if (version != QUERYFILTER_BINARY_VERSION)
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						errmsg("unsupported queryfilter version number %d",
							   version)));
	source = pq_getmsgtext(buf, buf->len - buf->cursor, &len);
	PG_RETURN_TEXT_P(filter_from_text(source, len, NULL));
}

Datum
queryfilter_send(PG_FUNCTION_ARGS)
{
	text		  *filter = PG_GETARG_TEXT_PP(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbyte(&buf, QUERYFILTER_BINARY_VERSION);
	pq_sendtext(&buf, VARDATA_ANY(filter), VARSIZE_ANY_EXHDR(filter));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* Combine filters and check that the result can be written. */
static Datum
combine(FilterKind kind, FilterNode **operands, int noperands)
{
	FilterNode *node = filter_combine(kind, operands, noperands);

	if (!filter_fits(node))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("filter is nested too deeply"),
				 errdetail("Its parentheses can be nested %d levels deep.",
						   FILTER_MAX_DEPTH)));
	return PointerGetDatum(filter_to_datum(node, NULL));
}

/* Combine the elements of an array; NULL elements are left out. */
static Datum
combine_array(FilterKind kind, ArrayType *array)
{
	Datum		*values;
	bool		*nulls;
	int			 nvalues;
	FilterNode **operands;
	int			 noperands = 0;

	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_INT,
					  &values, &nulls, &nvalues);
	operands = palloc(nvalues * sizeof(FilterNode *));
	for (int i = 0; i < nvalues; i++)
	{
		if (!nulls[i])
			operands[noperands++] =
				filter_from_datum(PG_DETOAST_DATUM_PACKED(values[i]));
	}
	return combine(kind, operands, noperands);
}

Datum
filter_and(PG_FUNCTION_ARGS)
{
	return combine_array(FILTER_AND, PG_GETARG_ARRAYTYPE_P(0));
}

Datum
filter_or(PG_FUNCTION_ARGS)
{
	return combine_array(FILTER_OR, PG_GETARG_ARRAYTYPE_P(0));
}

Datum
filter_not(PG_FUNCTION_ARGS)
{
	FilterNode *operand = filter_from_datum(PG_GETARG_TEXT_PP(0));

	return combine(FILTER_NOT, &operand, 1);
}

/* Append a tree in the reference's map form, as JSON. */
static void
append_tree(const FilterNode *node, StringInfo buf)
{
	StringInfoData field;

	check_stack_depth();
	switch (node->kind)
	{
		case FILTER_TRUE:
			appendStringInfoString(buf, "{\"operator\":true}");
			return;
		case FILTER_FALSE:
			appendStringInfoString(buf, "{\"operator\":false}");
			return;
		case FILTER_NOT:
			appendStringInfoString(buf, "{\"operator\":\"!\",\"subfilter\":");
			append_tree(node->first, buf);
			appendStringInfoChar(buf, '}');
			return;
		case FILTER_AND:
		case FILTER_OR:
			appendStringInfo(buf, "{\"operator\":\"%s\",\"subfilters\":",
							 node->kind == FILTER_AND ? "and" : "or");
			for (const FilterNode *n = node->first; n; n = n->next)
			{
				appendStringInfoChar(buf, n == node->first ? '[' : ',');
				append_tree(n, buf);
			}
			appendStringInfoString(buf, "]}");
			return;
		case FILTER_PRESENT:
		case FILTER_COMPARE:
		case FILTER_COMPLEX:
			break;
	}

	appendStringInfoString(buf, "{\"operator\":");
	if (node->kind == FILTER_PRESENT)
		appendStringInfoString(buf, "\"pr\"");
	else if (node->kind == FILTER_COMPLEX)
		appendStringInfoString(buf, "\"complex\"");
	else
		escape_json(buf, node->op == FILTER_EXTENDED
							 ? node->opname
							 : filter_op_names[node->op]);
	appendStringInfoString(buf, ",\"field\":");
	initStringInfo(&field);
	filter_print_pointer(node->tokens, node->ntokens, false, &field);
	escape_json(buf, field.data);
	pfree(field.data);
	if (node->kind == FILTER_COMPLEX)
	{
		appendStringInfoString(buf, ",\"subfilter\":");
		append_tree(node->first, buf);
	}
	else if (node->kind == FILTER_COMPARE)
	{
		appendStringInfoString(buf, ",\"value\":");
		if (node->valuekind == FILTER_STRING)
			escape_json(buf, node->value);
		else
			appendStringInfoString(buf, node->value);
	}
	appendStringInfoChar(buf, '}');
}

Datum
filter_tree(PG_FUNCTION_ARGS)
{
	StringInfoData buf;

	initStringInfo(&buf);
	append_tree(filter_from_datum(PG_GETARG_TEXT_PP(0)), &buf);
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}
