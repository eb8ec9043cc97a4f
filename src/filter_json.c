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
#include "miscadmin.h"
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

/* The most values that one predicate compares an item with. */
#define MAX_IN_VALUES 1000

/* jsonpath has no literals for these */
#define PATH_TRUE "(1 == 1)"
#define PATH_FALSE "(1 == 0)"

/* jsonpath's comparison operators */
static const char *const path_operators[] = {
	[FILTER_EQ] = "==", [FILTER_LT] = "<",	[FILTER_LE] = "<=",
	[FILTER_GT] = ">",	[FILTER_GE] = ">=",
};

static void append_predicate(FilterTarget *target, const FilterNode *node,
							 const char *base, bool negate, StringInfo buf);

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

/* Append a regular expression that finds a value at the end of a string. */
static void
append_end_regex(const char *value, StringInfo buf)
{
	StringInfoData regex;

	initStringInfo(&regex);
	for (const char *s = value; *s; s++)
	{
		if (strchr("\\^$.|?*+()[]{}", *s))
			appendStringInfoChar(&regex, '\\');
		appendStringInfoChar(&regex, *s);
	}
	appendStringInfoChar(&regex, '$');
	escape_json(buf, regex.data);
}

/* Append the comparison of the item at hand, @, with a literal. */
static void
append_comparison(FilterTarget *target, const FilterNode *node, StringInfo buf)
{
	FilterOp	op = node->op;
	const char *value;

	if (node->valuekind != FILTER_STRING)
	{
		appendStringInfo(buf, "@ %s %s",
						 path_operators[op > FILTER_GE ? FILTER_EQ : op],
						 node->value);
		return;
	}
	value = filter_fold_value(target, node->value);
	if ((op == FILTER_CO || op == FILTER_EW) && *value)
	{
		if (strlen(value) > MAX_REGEX_BYTES)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("value of \"%s\" inside JSON is too long",
							filter_op_names[op]),
					 errdetail("It can have up to %d bytes, this one has %d.",
							   MAX_REGEX_BYTES, (int) strlen(value))));
		appendStringInfoString(buf, "@ like_regex ");
		if (op == FILTER_CO)
		{
			escape_json(buf, value);
			appendStringInfoString(buf, " flag \"q\"");
		}
		else
			append_end_regex(value, buf);
	}
	else
	{
		appendStringInfo(buf, "@ %s ",
						 op >= FILTER_CO ? "starts with" : path_operators[op]);
		escape_json(buf, value);
	}
}

/* Append the test of an item that a path leads to, the "?" of the path. */
static void
append_test(FilterTarget *target, const FilterNode *node, bool is_element,
			StringInfo buf)
{
	appendStringInfoString(buf, " ? (");
	if (node->kind == FILTER_PRESENT)
		appendStringInfoString(buf, "@ != null");
	else if (node->kind == FILTER_COMPLEX)
	{
		/* a list stands for its elements, and null for nothing */
		appendStringInfoString(
			buf, is_element ? "@ != null && "
							: "@ != null && @.type() != \"array\" && ");
		append_predicate(target, node->first, "@", false, buf);
	}
	else if (node->op == FILTER_IN)
	{
		const FilterNode *list = filter_in_values(node);
		int				  n = 0;

		for (const FilterNode *eq = list->first; eq; eq = eq->next)
		{
			if (n++ == MAX_IN_VALUES)
				ereport(ERROR,
						(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						 errmsg("list of \"in\" inside JSON is too long"),
						 errdetail("It can have up to %d values.",
								   MAX_IN_VALUES)));
			if (n > 1)
				appendStringInfoString(buf, " || ");
			append_comparison(target, eq, buf);
		}
		if (n == 0)
			appendStringInfoString(buf, PATH_FALSE);
	}
	else
		append_comparison(target, node, buf);
	appendStringInfoChar(buf, ')');
}

/*
 * Append "exists(path ? test)" for each way to read the path, joined by ||:
 * token by token, then the value itself and, but for pr, its elements.
 */
static void
append_paths(FilterTarget *target, const FilterNode *node, char **tokens,
			 int ntokens, const char *start, int ndigits, bool is_first,
			 StringInfo buf)
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
					 ndigits, is_first, buf);
		is_first = false;
		path.len = len;
		appendStringInfo(&path, "[%d]", index);
	}

	appendStringInfo(buf, "%sexists(%s", is_first ? "" : " || ", path.data);
	append_test(target, node, false, buf);
	appendStringInfoChar(buf, ')');
	if (node->kind != FILTER_PRESENT)
	{
		appendStringInfo(buf, " || exists(%s[*]", path.data);
		append_test(target, node, true, buf);
		appendStringInfoChar(buf, ')');
	}
	pfree(path.data);
}

/*
 * Append the predicate that a subfilter is, or its negation, over the item at
 * hand.  Negations are pushed down to fields, as in SQL; there exists() turns
 * "unknown" into false first.
 */
static void
append_predicate(FilterTarget *target, const FilterNode *node,
				 const char *base, bool negate, StringInfo buf)
{
	check_stack_depth();
	switch (node->kind)
	{
		case FILTER_TRUE:
		case FILTER_FALSE:
			appendStringInfoString(buf, (node->kind == FILTER_TRUE) != negate
											? PATH_TRUE
											: PATH_FALSE);
			return;
		case FILTER_NOT:
			append_predicate(target, node->first, base, !negate, buf);
			return;
		case FILTER_AND:
		case FILTER_OR:
			for (const FilterNode *n = node->first; n; n = n->next)
			{
				if (n == node->first)
					appendStringInfoChar(buf, '(');
				else
					appendStringInfoString(
						buf, (node->kind == FILTER_AND) != negate ? " && "
																  : " || ");
				append_predicate(target, n, base, negate, buf);
			}
			appendStringInfoChar(buf, ')');
			return;
		case FILTER_PRESENT:
		case FILTER_COMPARE:
		case FILTER_COMPLEX:
			break;
	}
	if (node->kind == FILTER_COMPARE)
		filter_check_operator(node);
	if (negate)
	{
		appendStringInfo(buf, "!exists(%s ? ", base);
		base = "@";
	}
	appendStringInfoChar(buf, '(');
	append_paths(target, node, node->tokens, node->ntokens, base, 0, true,
				 buf);
	appendStringInfoString(buf, negate ? "))" : ")");
}

/* Translate what is asked of a path inside a jsonb value. */
Expr *
filter_json_expr(FilterTarget *target, Expr *json, char **tokens, int ntokens,
				 const FilterNode *node, bool negate)
{
	FilterNode	   field = *node;
	StringInfoData path;
	Expr		  *column = json;
	Expr		  *matches;
	Datum		   compiled;

	field.tokens = tokens;
	field.ntokens = ntokens;
	initStringInfo(&path);
	appendStringInfoString(&path, "strict ");
	append_predicate(target, &field, "$", negate, &path);
	compiled = DirectFunctionCall1(jsonpath_in, CStringGetDatum(path.data));

	if (node->kind == FILTER_COMPLEX ||
		(node->kind == FILTER_COMPARE &&
		 (node->op == FILTER_IN || node->valuekind == FILTER_STRING)))
		json = filter_fold_expr(target, json);
	matches = filter_core_op("@@", json,
							 (Expr *) makeConst(JSONPATHOID, -1, InvalidOid,
												-1, compiled, false, false));
	if (negate)
		return make_orclause(
			list_make2(filter_null_test(column, IS_NULL), matches));
	if (target->two_valued)
		return make_andclause(
			list_make2(matches, filter_null_test(matches, IS_NOT_NULL)));
	return matches;
}
