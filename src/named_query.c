/*
 * named_query.c
 *		Queries that are asked for by their id: finds their rows, and makes a
 *		filter of a template and parameters.  A template is parsed before
 *		anything is put into it, and what is put into its tree is a value, so
 *		that no parameter can be more than one.  What rows mean to a request is
 *		none of this file's business.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/json.h"

#include "fields.h"
#include "filter_token.h"
#include "named_query.h"

typedef enum PlaceholderKind
{
	PLACEHOLDER_STRING,
	PLACEHOLDER_INT,
	PLACEHOLDER_LIST,
	PLACEHOLDER_LIKE
} PlaceholderKind;

static const char *const placeholder_kinds[] = {"string", "int", "list",
												"like"};

/* ${kind:name?} */
typedef struct Placeholder
{
	PlaceholderKind kind;
	char		   *name;
	bool			optional;
} Placeholder;

/* The parameters of a request. */
typedef struct Parameters
{
	const UrlParameter *all;
	int					n;
} Parameters;

/* Refuse a template. */
static void
refuse_template(const char *text, int offset, const char *detail,
				const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					errmsg("invalid template of a filter: \"%s\"",
						   fields_shown(text)),
					errdetail("%s, at byte %d.", detail, offset + 1),
					hint ? errhint("%s", hint) : 0));
}

/* Read what stands between the braces of a comparison's placeholder. */
static Placeholder
read_placeholder(const char *template, const FilterNode *node)
{
	Placeholder placeholder = {PLACEHOLDER_STRING, NULL, false};
	const char *s = node->value + 2;
	const char *colon = strchr(s, ':');
	int			len = strlen(node->value);
	int			name_len;

	if (colon)
	{
		int kind;

		for (kind = 0; kind < lengthof(placeholder_kinds); kind++)
		{
			if (strlen(placeholder_kinds[kind]) == colon - s &&
				strncmp(placeholder_kinds[kind], s, colon - s) == 0)
				break;
		}
		if (kind == lengthof(placeholder_kinds))
			refuse_template(
				template, node->offset,
				psprintf("Unknown kind of placeholder %s", node->value),
				"The kinds are string, int, list and like.");
		placeholder.kind = kind;
		s = colon + 1;
	}
	name_len = node->value + len - 1 - s;
	if (name_len > 0 && s[name_len - 1] == '?')
	{
		placeholder.optional = true;
		name_len--;
	}
	placeholder.name = pnstrdup(s, name_len);
	if (name_len == 0 || strpbrk(placeholder.name, "{}$:?\"'") != NULL)
		refuse_template(template, node->offset,
						psprintf("Invalid placeholder %s", node->value),
						"Write ${name}, ${int:name}, ${list:name} or "
						"${like:name}, with a ? behind the name of one that "
						"may be missing.");
	if (*placeholder.name == '_')
		refuse_template(template, node->offset,
						psprintf("Invalid placeholder %s", node->value),
						"Requests have no parameters of a query's own whose "
						"names begin with _.");
	if (placeholder.kind == PLACEHOLDER_LIST && node->op != FILTER_IN)
		refuse_template(template, node->offset, "A list stands only behind in",
						NULL);
	if (placeholder.kind == PLACEHOLDER_LIKE && node->op != FILTER_EQ)
		refuse_template(template, node->offset,
						"A pattern stands only behind eq", NULL);
	return placeholder;
}

/* Check the placeholders of a template. */
static void
check_placeholders(const char *template, const FilterNode *node)
{
	if (node->kind == FILTER_COMPARE && node->valuekind == FILTER_PLACEHOLDER)
		read_placeholder(template, node);
	for (const FilterNode *n = node->first; n; n = n->next)
		check_placeholders(template, n);
}

/* Parse a template; one that can't be is an error. */
static FilterNode *
parse_template(const char *template)
{
	FilterError error;
	FilterNode *node =
		filter_parse_template(template, strlen(template), &error);

	if (node == NULL)
		refuse_template(template, error.offset, error.detail, error.hint);
	check_placeholders(template, node);
	return node;
}

PG_FUNCTION_INFO_V1(is_filter_template);

/* is_filter_template(template text) -> boolean; an error instead of false */
Datum
is_filter_template(PG_FUNCTION_ARGS)
{
	parse_template(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	PG_RETURN_BOOL(true);
}

/* Give a parameter's only value, or NULL if it may be missing and is. */
static const char *
single_value(const Parameters *parameters, const Placeholder *placeholder)
{
	const char *value = NULL;

	for (int i = 0; i < parameters->n; i++)
	{
		if (strcmp(parameters->all[i].name, placeholder->name) != 0)
			continue;
		if (value != NULL)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("parameter \"%s\" is given more than once",
								   placeholder->name)));
		value = parameters->all[i].value;
	}
	if (value == NULL && !placeholder->optional)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("parameter \"%s\" is missing", placeholder->name)));
	return placeholder->optional && value && *value == '\0' ? NULL : value;
}

/*
 * Give a list as JSON, or NULL if it may be missing and is.  The values are
 * those of a repeated parameter, or stand between the commas of a single one.
 */
static char *
list_value(const Parameters *parameters, const Placeholder *placeholder)
{
	StringInfoData list;
	int			   n = 0;

	initStringInfo(&list);
	appendStringInfoChar(&list, '[');
	for (int i = 0; i < parameters->n; i++)
	{
		if (strcmp(parameters->all[i].name, placeholder->name) != 0)
			continue;
		if (n++ > 0)
			appendStringInfoChar(&list, ',');
		escape_json(&list, parameters->all[i].value);
	}
	if (n <= 1)
	{
		/* complains where it is missing */
		const char *value = single_value(parameters, placeholder);

		if (value == NULL)
			return NULL;
		resetStringInfo(&list);
		appendStringInfoChar(&list, '[');
		while (*value != '\0')
		{
			int len = strcspn(value, ",");

			escape_json(&list, pnstrdup(value, len));
			value += len;
			if (*value == ',')
			{
				appendStringInfoChar(&list, ',');
				value++;
				if (*value == '\0')
					escape_json(&list, "");
			}
		}
	}
	appendStringInfoChar(&list, ']');
	return list.data;
}

/* Make a comparison one with an integer. */
static void
bind_int(FilterNode *node, const char *name, const char *value)
{
	FilterError error;
	int			len = strlen(value);
	Parser		parser = {value, value, value + len, 0, 0, &error, false};
	Token		token = {TOKEN_WORD, value, len};
	const char *digits = value + strspn(value, "+-");

	node->valuekind = FILTER_NUMBER;
	node->value = filter_read_number(&parser, &token);
	if (node->value == NULL || strspn(digits, "0123456789") != strlen(digits))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("parameter \"%s\" must be an integer", name),
						errdetail("It is \"%.*s\".",
								  pg_mbcliplen(value, len, 100), value)));
}

/*
 * Make a comparison what a pattern of SQL's LIKE means, as far as filters can
 * say that.  "_" stands for itself, for names have it.
 */
static void
bind_like(FilterNode *node, const char *name, const char *pattern)
{
	const char *s = pattern;
	char	   *value = palloc(strlen(pattern) + 1);
	char	   *out = value;
	bool		open_start;
	bool		open_end = false;

	s += strspn(s, "%");
	open_start = s > pattern;
	while (*s)
	{
		if (*s == '%')
		{
			open_end = true;
			s += strspn(s, "%");
			if (*s)
				ereport(
					ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("parameter \"%s\" is a pattern that filters do "
							"not have",
							name),
					 errdetail("%% can stand at the start and at the end, it "
							   "is at byte %d.",
							   (int) (s - pattern)),
					 errhint("Write \\%% for a percent sign.")));
			break;
		}
		if (*s == '\\' && s[1] != '\0')
			s++;
		*out++ = *s++;
	}
	*out = '\0';

	node->valuekind = FILTER_STRING;
	node->value = value;
	if (*value == '\0' && open_start)
		node->kind = FILTER_PRESENT;
	else if (open_start && open_end)
		node->op = FILTER_CO;
	else if (open_start)
		node->op = FILTER_EW;
	else if (open_end)
		node->op = FILTER_SW;
}

/* Put a parameter's value into a comparison; false if it is missing. */
static bool
bind_value(FilterNode *node, const Parameters *parameters)
{
	Placeholder placeholder = read_placeholder("", node);
	const char *value;

	if (placeholder.kind == PLACEHOLDER_LIST)
		value = list_value(parameters, &placeholder);
	else
		value = single_value(parameters, &placeholder);
	if (value == NULL)
		return false;
	switch (placeholder.kind)
	{
		case PLACEHOLDER_STRING:
		case PLACEHOLDER_LIST:
			node->valuekind = FILTER_STRING;
			node->value = pstrdup(value);
			break;
		case PLACEHOLDER_INT:
			bind_int(node, placeholder.name, value);
			break;
		case PLACEHOLDER_LIKE:
			bind_like(node, placeholder.name, value);
			break;
	}
	return true;
}

/*
 * Put the parameters into a template's tree.  A comparison with what is
 * missing is left out, and so is what is made of nothing else: NULL.
 */
static FilterNode *
bind(FilterNode *node, const Parameters *parameters)
{
	FilterNode **kept;
	int			 nkept = 0;
	int			 n = 0;

	if (node->kind == FILTER_COMPARE &&
		node->valuekind == FILTER_PLACEHOLDER && !bind_value(node, parameters))
		return NULL;
	if (node->first == NULL)
		return node;

	for (FilterNode *operand = node->first; operand; operand = operand->next)
		n++;
	kept = palloc(n * sizeof(FilterNode *));
	for (FilterNode *next, *operand = node->first; operand; operand = next)
	{
		next = operand->next;
		operand = bind(operand, parameters);
		if (operand == NULL)
			continue;
		operand->next = NULL;
		kept[nkept++] = operand;
	}
	if (nkept == 0)
		return NULL;
	if (node->kind == FILTER_AND || node->kind == FILTER_OR)
		return filter_combine(node->kind, kept, nkept);
	node->first = kept[0];
	return node;
}

/* Make the filter that a query means with these parameters. */
Datum
named_query_filter(const NamedQuery *query, const UrlParameter *parameters,
				   int nparameters)
{
	Parameters	   given = {parameters, nparameters};
	FilterNode	  *node = bind(parse_template(query->filter), &given);
	StringInfoData text;

	initStringInfo(&text);
	if (node)
		filter_print(node, &text);
	else
		appendStringInfoString(&text, "true");
	return filter_read(text.data);
}

/* Give the answer that a row of synclog.named_query names. */
static NamedAnswer
answer_of(const char *name)
{
	return strcmp(name, "page") == 0	  ? ANSWER_PAGE
		   : strcmp(name, "grouped") == 0 ? ANSWER_GROUPED
										  : ANSWER_RESULT;
}

/* Complain of an id that no query of the topic has. */
static void
refuse_id(const char *id, const char *topic)
{
	Oid	  type = TEXTOID;
	Datum arg = CStringGetTextDatum(topic);
	char *ids;

	if (SPI_execute_with_args(
			"SELECT pg_catalog.string_agg(DISTINCT id, ', ' ORDER BY id) "
			"FROM synclog.named_query "
			"WHERE topic IS NULL OR topic OPERATOR(pg_catalog.=) $1",
			1, &type, &arg, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the named queries");
	ids = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("query \"%s\" does not exist for topic \"%s\"",
					fields_shown(id), topic),
			 ids ? errhint("The queries are: %s.", ids)
				 : errhint("Queries are the rows of synclog.named_query.")));
}

/*
 * Find a query by its id: the topic's own before one for all topics, and the
 * users' before one that is shipped.  No such query is an error.
 */
NamedQuery *
named_query_find(const char *id, const char *topic)
{
	static SPIPlanPtr plan;
	MemoryContext	  caller = CurrentMemoryContext;
	NamedQuery		 *query;
	Datum			  args[2];
	HeapTuple		  row;
	TupleDesc		  desc;
	char			 *page_size;

	SPI_connect();
	if (plan == NULL)
	{
		Oid		   types[2] = {TEXTOID, TEXTOID};
		SPIPlanPtr prepared =
			SPI_prepare("SELECT filter, sort_keys, fields, page_size, answer "
						"FROM synclog.named_query "
						"WHERE id OPERATOR(pg_catalog.=) $1 AND "
						"(topic IS NULL OR topic OPERATOR(pg_catalog.=) $2) "
						"ORDER BY topic IS NULL, shipped LIMIT 1",
						2, types);

		if (prepared == NULL || SPI_keepplan(prepared) != 0)
			elog(ERROR, "could not prepare a query of the named queries: %s",
				 SPI_result_code_string(SPI_result));
		plan = prepared;
	}
	args[0] = CStringGetTextDatum(id);
	args[1] = CStringGetTextDatum(topic);
	if (SPI_execute_plan(plan, args, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the named queries");
	if (SPI_processed == 0)
		refuse_id(id, topic);

	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	query = MemoryContextAlloc(caller, sizeof(NamedQuery));
	page_size = SPI_getvalue(row, desc, 4);
	query->page_size = page_size ? atoi(page_size) : 0;
	query->answer = answer_of(SPI_getvalue(row, desc, 5));
	MemoryContextSwitchTo(caller);
	query->filter = SPI_getvalue(row, desc, 1);
	query->sort_keys = SPI_getvalue(row, desc, 2);
	query->fields = SPI_getvalue(row, desc, 3);
	SPI_finish();
	return query;
}
