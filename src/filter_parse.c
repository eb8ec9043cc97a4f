/*
 * filter_parse.c
 *		The text of a CREST query filter to a tree.  It knows the
 *		grammar of the reference parser, but no catalog, no row and no server:
 *		with FRONTEND defined it links into a program of its own.
 *
 *		Or      := And ('or' And)*
 *		And     := Not ('and' Not)*
 *		Not     := '!' Primary | Primary
 *		Primary := '(' Or ')' | 'true' | 'false' | Pointer 'pr'
 *				 | Pointer Operator Value | Pointer '[' Or ']'
 *
 * White space and parentheses end a token; a quote opens a string only as the
 * first character of one, and behind an operator.  Keywords are found by their
 * place: "and eq 1" asks for a field "and".
 */
#ifndef FRONTEND
#include "postgres.h"
#else
#include "postgres_fe.h"
#endif

#include "filter_token.h"

const char *const filter_op_names[] = {
	[FILTER_EQ] = "eq", [FILTER_LT] = "lt", [FILTER_LE] = "le",
	[FILTER_GT] = "gt", [FILTER_GE] = "ge", [FILTER_CO] = "co",
	[FILTER_SW] = "sw", [FILTER_EW] = "ew", [FILTER_IN] = "in",
};

static FilterNode *parse_or(Parser *p);

/* Test whether a token is a keyword, in any case. */
static bool
is_keyword(const Token *token, const char *keyword)
{
	return token->kind == TOKEN_WORD && token->len == strlen(keyword) &&
		   pg_strncasecmp(token->start, keyword, token->len) == 0;
}

/* Take the next token if it is the keyword; false also for an error. */
static bool
accept_keyword(Parser *p, const char *keyword, bool *error)
{
	const char *before = p->at;
	Token		token;

	*error = !filter_next_token(p, &token, false);
	if (*error)
		return false;
	if (is_keyword(&token, keyword))
		return true;
	p->at = before;
	return false;
}

/* Make a node. */
static FilterNode *
make_node(FilterKind kind, int offset)
{
	FilterNode *node = palloc0(sizeof(FilterNode));

	node->kind = kind;
	node->offset = offset;
	return node;
}

/* Tell whether a value is meant to have a placeholder in it. */
static bool
has_placeholder(const Token *token)
{
	for (int i = 0; i + 1 < token->len; i++)
	{
		if (token->kind == TOKEN_STRING && token->start[i] == '\\')
			i++;
		else if (token->start[i] == '$' && token->start[i + 1] == '{')
			return true;
	}
	return false;
}

/* Read a placeholder, which is all that stands for the value. */
static char *
read_placeholder(Parser *p, const Token *token)
{
	const char *last = token->start + token->len - 1;

	if (token->kind != TOKEN_WORD || strncmp(token->start, "${", 2) != 0 ||
		memchr(token->start, '}', token->len) != last)
		return filter_fail(p, token->start,
						   "Write ${name}, without quotes or anything else.",
						   "A placeholder stands for a whole value");
	return pnstrdup(token->start, token->len);
}

/* Parse the operator and value behind a field. */
static FilterNode *
parse_comparison(Parser *p, FilterNode *node)
{
	Token token;

	if (!filter_next_token(p, &token, true))
		return NULL;
	if (is_keyword(&token, "pr"))
	{
		node->kind = FILTER_PRESENT;
		return node;
	}
	if (token.kind != TOKEN_WORD)
		return filter_fail_token(p, &token, "an operator");
	for (node->op = FILTER_EQ; node->op < FILTER_EXTENDED; node->op++)
	{
		if (is_keyword(&token, filter_op_names[node->op]))
			break;
	}
	/* these are extended operators in the reference, whose case counts */
	if ((node->op == FILTER_EW || node->op == FILTER_IN) &&
		memcmp(token.start, filter_op_names[node->op], token.len) != 0)
		node->op = FILTER_EXTENDED;
	if (node->op == FILTER_EXTENDED)
	{
		for (int i = 0; i < token.len; i++)
		{
			char c = token.start[i];

			if (!isalnum((unsigned char) c) && c != '_' && c != '.')
				return filter_fail_token(
					p, &token,
					"an operator (eq, lt, le, gt, ge, co, sw, ew, in or pr)");
		}
		node->opname = pnstrdup(token.start, token.len);
	}

	if (!filter_next_token(p, &token, false))
		return NULL;
	if (p->placeholders && has_placeholder(&token))
	{
		node->valuekind = FILTER_PLACEHOLDER;
		node->value = read_placeholder(p, &token);
		if (node->value == NULL)
			return NULL;
	}
	else if (token.kind == TOKEN_STRING)
	{
		node->valuekind = FILTER_STRING;
		node->value = filter_read_string(&token);
	}
	else if (is_keyword(&token, "true") || is_keyword(&token, "false"))
	{
		node->valuekind = FILTER_BOOLEAN;
		node->value = is_keyword(&token, "true") ? "true" : "false";
	}
	else if (token.kind == TOKEN_WORD)
	{
		node->valuekind = FILTER_NUMBER;
		node->value = filter_read_number(p, &token);
		if (node->value == NULL)
			return NULL;
	}
	else
		return filter_fail_token(p, &token, "a value");
	return node;
}

/* Take note of one more level of nesting, or refuse it. */
static bool
enter_level(Parser *p, const char *at)
{
	if (p->depth == FILTER_MAX_DEPTH)
	{
		p->error->is_limit = true;
		filter_fail(
			p, at, NULL,
			psprintf("Parentheses and brackets can be nested %d levels deep",
					 FILTER_MAX_DEPTH));
		return false;
	}
	p->depth++;
	return true;
}

/*
 * Find the bracket in a word that opens a subfilter: one that the word does
 * not close, or any inside another subfilter.
 */
static const char *
find_bracket(const Parser *p, const Token *token)
{
	const char *found = NULL;
	int			open = 0;

	/* from the end: the leftmost bracket that nothing behind it closes */
	for (const char *s = token->start + token->len; s-- > token->start;)
	{
		if (*s == ']')
			open++;
		else if (*s == '[' && (p->brackets > 0 || open == 0))
			found = s;
		else if (*s == '[')
			open--;
	}
	return found;
}

/* Parse the subfilter behind a field. */
static FilterNode *
parse_subfilter(Parser *p, FilterNode *node, const char *bracket)
{
	Token token;

	node->kind = FILTER_COMPLEX;
	if (!enter_level(p, bracket))
		return NULL;
	p->at = bracket + 1;
	p->brackets++;
	node->first = parse_or(p);
	if (node->first == NULL || !filter_next_token(p, &token, false))
		return NULL;
	if (token.kind != TOKEN_CLOSE_BRACKET)
		return filter_fail_token(p, &token, "\"and\", \"or\" or \"]\"");
	p->brackets--;
	p->depth--;
	return node;
}

/* Parse what stands for itself or in parentheses. */
static FilterNode *
parse_primary(Parser *p, const Token *first)
{
	Token		field = *first;
	const char *bracket;
	FilterNode *node;
	Token		token;

	if (first->kind == TOKEN_OPEN)
	{
		if (!enter_level(p, first->start))
			return NULL;
		node = parse_or(p);
		if (node == NULL || !filter_next_token(p, &token, false))
			return NULL;
		if (token.kind != TOKEN_CLOSE)
			return filter_fail_token(p, &token, "\"and\", \"or\" or \")\"");
		p->depth--;
		return node;
	}
	if (is_keyword(first, "true"))
		return make_node(FILTER_TRUE, first->start - p->text);
	if (is_keyword(first, "false"))
		return make_node(FILTER_FALSE, first->start - p->text);
	if (first->kind != TOKEN_WORD)
		return filter_fail_token(p, first,
								 "a field, \"(\", \"!\", true or false");

	node = make_node(FILTER_COMPARE, first->start - p->text);
	bracket = find_bracket(p, first);
	if (bracket)
		field.len = bracket - first->start;
	if (field.len == 0)
		return filter_fail(p, first->start, NULL,
						   "Expected a field before \"[\"");
	if (!filter_read_pointer(p, &field, node))
		return NULL;
	return bracket ? parse_subfilter(p, node, bracket)
				   : parse_comparison(p, node);
}

/* Parse one operand of and: a primary, or its negation. */
static FilterNode *
parse_not(Parser *p)
{
	Token		token;
	FilterNode *node;

	if (!filter_next_token(p, &token, false))
		return NULL;
	if (token.kind != TOKEN_WORD || token.len != 1 || *token.start != '!')
		return parse_primary(p, &token);

	node = make_node(FILTER_NOT, token.start - p->text);
	if (!filter_next_token(p, &token, false))
		return NULL;
	node->first = parse_primary(p, &token);
	return node->first ? node : NULL;
}

/* Parse operands that a keyword joins; a single one is itself. */
static FilterNode *
parse_joined(Parser *p, FilterKind kind, const char *keyword,
			 FilterNode *(*parse_operand)(Parser *) )
{
	FilterNode *node = NULL;
	FilterNode *last = parse_operand(p);
	FilterNode *first = last;
	bool		error;

	while (last && accept_keyword(p, keyword, &error))
	{
		if (node == NULL)
		{
			node = make_node(kind, first->offset);
			node->first = first;
		}
		last = last->next = parse_operand(p);
	}
	if (last == NULL || error)
		return NULL;
	return node ? node : first;
}

/* Parse operands joined by and. */
static FilterNode *
parse_and(Parser *p)
{
	return parse_joined(p, FILTER_AND, "and", parse_not);
}

/* Parse operands joined by or. */
static FilterNode *
parse_or(Parser *p)
{
	return parse_joined(p, FILTER_OR, "or", parse_and);
}

/* Parse a filter or a template of one. */
static FilterNode *
parse_text(const char *text, int len, bool placeholders, FilterError *error)
{
	Parser		p = {text, text, text + len, 0, 0, error, placeholders};
	FilterNode *node;
	Token		token;

	memset(error, 0, sizeof(*error));
	node = parse_or(&p);
	if (node == NULL || !filter_next_token(&p, &token, false))
		return NULL;
	if (token.kind != TOKEN_END)
		return filter_fail_token(&p, &token, "\"and\", \"or\" or the end");
	return node;
}

/* Parse a filter; NULL and *error filled in if it is none. */
FilterNode *
filter_parse(const char *text, int len, FilterError *error)
{
	return parse_text(text, len, false, error);
}

/*
 * Parse a filter in which ${name} may stand where a value can.  What stands
 * between the braces is left to others.
 */
FilterNode *
filter_parse_template(const char *text, int len, FilterError *error)
{
	return parse_text(text, len, true, error);
}

/*
 * Parse a pointer that stands alone, as a node that tests its presence; NULL
 * with *error filled in if it is none.
 */
FilterNode *
filter_parse_pointer(const char *text, int len, FilterError *error)
{
	Parser		p = {text, text + len, text + len, 0, 0, error, false};
	Token		token = {TOKEN_WORD, text, len};
	FilterNode *node = make_node(FILTER_PRESENT, 0);

	memset(error, 0, sizeof(*error));
	if (len == 0)
		return filter_fail(&p, text, NULL, "Expected a field");
	return filter_read_pointer(&p, &token, node) ? node : NULL;
}

/*
 * Join filters by and, or, or negate one.  As in the reference, none and one
 * collapse.  The operands become part of the result.
 */
FilterNode *
filter_combine(FilterKind kind, FilterNode **operands, int noperands)
{
	FilterNode *node;

	if (kind != FILTER_NOT && noperands == 0)
		return make_node(kind == FILTER_AND ? FILTER_TRUE : FILTER_FALSE, 0);
	if (kind != FILTER_NOT && noperands == 1)
		return operands[0];
	node = make_node(kind, 0);
	node->first = operands[0];
	for (int i = 1; i < noperands; i++)
		operands[i - 1]->next = operands[i];
	operands[noperands - 1]->next = NULL;
	return node;
}
