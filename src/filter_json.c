/*
 * filter_json.c
 *		The part of the translator that reaches into JSON: a path and a
 *		comparison to a jsonpath predicate.  It is given a jsonb expression and
 *		does not know which column that is.
 *
 * The reference's meaning, as tried on all of its cases: the value at the path
 * or any element of it if it is an array (one level, and names never walk
 * through arrays), types never mixed, and one odd element spoils nothing.
 * Strict mode does that; its structural errors are "unknown" inside exists().
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonpath.h"

#include "filter.h"
#include "filter_expr.h"

/* A token of digits is an index or a key, so each doubles the paths. */
#define MAX_DIGIT_TOKENS 2

/* The longest pattern that like_regex is asked to look for. */
#define MAX_REGEX_BYTES 4096

/* jsonpath's comparison operators */
static const char *const path_operators[] = {
	[FILTER_EQ] = "==", [FILTER_LT] = "<",	[FILTER_LE] = "<=",
	[FILTER_GT] = ">",	[FILTER_GE] = ">=",
};

/* Tell whether a token can be an array's index. */
static bool
is_index(const char *token, int *index)
{
	char *end;
	long  value;

	if (!isdigit((unsigned char) *token))
		return false;
	errno = 0;
	value = strtol(token, &end, 10);
	if (*end || errno || value > PG_INT32_MAX)
		return false;
	*index = value;
	return true;
}

/* Append the test of one item, the "?" filter of the path. */
static void
append_test(FilterTarget *target, const FilterNode *node, StringInfo buf)
{
	const char *value = node->value;

	appendStringInfoString(buf, " ? (@ ");
	if (node->kind == FILTER_PRESENT)
		appendStringInfoString(buf, "!= null");
	else if (node->valuekind != FILTER_STRING)
		appendStringInfo(
			buf, "%s %s",
			path_operators[node->op > FILTER_GE ? FILTER_EQ : node->op],
			value);
	else
	{
		value = filter_fold_value(target, value);
		if (node->op == FILTER_CO && *value)
		{
			if (strlen(value) > MAX_REGEX_BYTES)
				ereport(
					ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("value of \"co\" inside JSON is too long"),
					 errdetail("It can have up to %d bytes, this one has %d.",
							   MAX_REGEX_BYTES, (int) strlen(value))));
			appendStringInfoString(buf, "like_regex ");
			escape_json(buf, value);
			appendStringInfoString(buf, " flag \"q\"");
		}
		else
		{
			appendStringInfo(buf, "%s ",
							 node->op >= FILTER_CO ? "starts with"
												   : path_operators[node->op]);
			escape_json(buf, value);
		}
	}
	appendStringInfoChar(buf, ')');
}

/*
 * Append "exists(path ? test)" for each way to read the path, joined by ||:
 * token by token, then the value itself and, for comparisons, its elements.
 */
static void
append_paths(FilterTarget *target, const FilterNode *node, char **tokens,
			 int ntokens, const char *start, int ndigits, StringInfo buf)
{
	StringInfoData path;
	int			   index;

	initStringInfo(&path);
	appendStringInfoString(&path, start);
	for (int i = 0; i < ntokens; i++)
	{
		int len = path.len;

		appendStringInfoChar(&path, '.');
		escape_json(&path, tokens[i]);
		if (!is_index(tokens[i], &index))
			continue;
		if (ndigits == MAX_DIGIT_TOKENS)
			ereport(
				ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("field of the filter has too many numbers"),
				 errdetail("Up to %d of its tokens inside JSON can be digits, "
						   "since each can be an index or a key.",
						   MAX_DIGIT_TOKENS)));
		ndigits++;
		append_paths(target, node, tokens + i + 1, ntokens - i - 1, path.data,
					 ndigits, buf);
		path.len = len;
		appendStringInfo(&path, "[%d]", index);
	}

	if (buf->len > 0)
		appendStringInfoString(buf, " || ");
	appendStringInfo(buf, "exists(%s", path.data);
	append_test(target, node, buf);
	appendStringInfoChar(buf, ')');
	if (node->kind == FILTER_COMPARE)
	{
		appendStringInfo(buf, " || exists(%s[*]", path.data);
		append_test(target, node, buf);
		appendStringInfoChar(buf, ')');
	}
	pfree(path.data);
}

/* Translate a comparison or presence test of a path inside a jsonb value. */
Expr *
filter_json_expr(FilterTarget *target, Expr *json, char **tokens, int ntokens,
				 const FilterNode *node, bool negate)
{
	StringInfoData predicate;
	StringInfoData path;
	Expr		  *column = json;
	Expr		  *matches;
	Datum		   compiled;

	initStringInfo(&predicate);
	append_paths(target, node, tokens, ntokens, "$", 0, &predicate);
	initStringInfo(&path);
	appendStringInfo(
		&path, negate ? "strict (!(%s) || (%s) is unknown)" : "strict (%s)",
		predicate.data, predicate.data);
	compiled = DirectFunctionCall1(jsonpath_in, CStringGetDatum(path.data));

	if (node->kind == FILTER_COMPARE && node->valuekind == FILTER_STRING)
		json = filter_fold_expr(target, json);
	matches = filter_core_op("@@", json,
							 (Expr *) makeConst(JSONPATHOID, -1, InvalidOid,
												-1, compiled, false, false));
	if (negate)
		return make_orclause(
			list_make2(filter_null_test(column, IS_NULL), matches));
	/* not IS TRUE, which no index serves */
	if (target->two_valued)
		return make_andclause(
			list_make2(matches, filter_null_test(matches, IS_NOT_NULL)));
	return matches;
}
