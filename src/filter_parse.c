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

#include "common/string.h"
#include "mb/pg_wchar.h"

#include "filter.h"

/* the numbers that PostgreSQL's numeric holds */
#define MAX_INTEGER_DIGITS 131072
#define MAX_FRACTION_DIGITS 16383

const char *const filter_op_names[] = {
	[FILTER_EQ] = "eq", [FILTER_LT] = "lt", [FILTER_LE] = "le",
	[FILTER_GT] = "gt", [FILTER_GE] = "ge", [FILTER_CO] = "co",
	[FILTER_SW] = "sw", [FILTER_EW] = "ew", [FILTER_IN] = "in",
};

typedef enum TokenKind
{
	TOKEN_END,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_CLOSE_BRACKET,
	TOKEN_STRING,
	TOKEN_WORD
} TokenKind;

typedef struct Token
{
	TokenKind	kind;
	const char *start;
	int			len; /* quotes of a string included */
} Token;

typedef struct Parser
{
	const char	*text;
	const char	*at;
	const char	*end;
	int			 depth;
	int			 brackets; /* subfilters that are open */
	FilterError *error;
} Parser;

static FilterNode *parse_or(Parser *p);

/* Note what is wrong and where; always gives NULL. */
static void *
fail(Parser *p, const char *at, const char *hint, const char *detail)
{
	p->error->offset = at - p->text;
	p->error->detail = detail;
	p->error->hint = hint;
	return NULL;
}

/* The same for a token that is another than expected. */
static void *
fail_token(Parser *p, const Token *token, const char *expected)
{
	int len = token->len;

	if (token->kind == TOKEN_END)
		return fail(p, token->start, NULL,
					psprintf("Expected %s, found the end", expected));
	if (len > 40)
	{
		for (len = 40; len > 0 && (token->start[len] & 0xC0) == 0x80;)
			len--;
	}
	return fail(p, token->start, NULL,
				psprintf("Expected %s, found %.*s%s", expected, len,
						 token->start, len < token->len ? "..." : ""));
}

/* Test for what separates tokens. */
static inline bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/*
 * Take the next token.  Where an operator is expected, a quote ends it:
 * the vendor's own documentation has situation eq"ABSENT".
 */
static bool
next_token(Parser *p, Token *token, bool is_operator)
{
	const char *s = p->at;

	while (s < p->end && is_space(*s))
		s++;
	token->start = s;
	if (s == p->end)
		token->kind = TOKEN_END;
	else if (*s == '(' || *s == ')')
		token->kind = *s++ == '(' ? TOKEN_OPEN : TOKEN_CLOSE;
	else if (*s == ']' && p->brackets > 0)
	{
		token->kind = TOKEN_CLOSE_BRACKET;
		s++;
	}
	else if (*s == '"' || *s == '\'')
	{
		char quote = *s++;

		token->kind = TOKEN_STRING;
		while (s < p->end && *s != quote)
			s += *s == '\\' ? 2 : 1;
		if (s >= p->end)
		{
			fail(p, token->start,
				 "A backslash takes the next character literally.",
				 "This string has no closing quote");
			return false;
		}
		s++;
	}
	else
	{
		token->kind = TOKEN_WORD;
		while (s < p->end && !is_space(*s) && *s != '(' && *s != ')' &&
			   !(*s == ']' && p->brackets > 0) &&
			   !(is_operator && (*s == '"' || *s == '\'')))
			s++;
	}
	token->len = s - token->start;
	p->at = s;
	return true;
}

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

	*error = !next_token(p, &token, false);
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

/* Give the value of a hexadecimal digit, or -1. */
static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Decode one token of a pointer, which ends before end, to out. */
static bool
decode_pointer_token(Parser *p, const char *s, const char *end, char *out)
{
	const char *source = s;
	const char *start = out;
	int			good;

	while (s < end)
	{
		if (*s == '%')
		{
			int hi = end - s > 2 ? hex_value(s[1]) : -1;
			int lo = hi >= 0 ? hex_value(s[2]) : -1;

			if (lo < 0 || (hi == 0 && lo == 0))
			{
				fail(p, s, "Write a percent sign as %25.",
					 "A percent sign in a field needs two hexadecimal digits "
					 "other than 00");
				return false;
			}
			*out++ = hi * 16 + lo;
			s += 3;
		}
		else if (filter_pointer_illegal(*s))
		{
			fail(p, s, psprintf("Write it as %%%02X.", (unsigned char) *s),
				 "This character can't stand in a field");
			return false;
		}
		else
			*out++ = *s++;
	}
	*out = '\0';
	good = pg_encoding_verifymbstr(PG_UTF8, start, out - start);
	if (good != out - start)
	{
		for (s = source; good > 0; good--)
			s += *s == '%' ? 3 : 1;
		fail(p, s, NULL, "The escapes in this field are not UTF-8");
		return false;
	}
	return true;
}

/* Parse a pointer: tokens between slashes, the outer ones optional. */
static bool
parse_pointer(Parser *p, const Token *token, FilterNode *node)
{
	const char *s = token->start;
	const char *end = s + token->len;
	char	   *out;

	if (*s == '/')
		s++;
	if (end > s && end[-1] == '/')
		end--;
	else if (end == s)
		return true; /* "/" is the whole */

	node->ntokens = 1;
	for (const char *c = s; c < end; c++)
		node->ntokens += *c == '/';
	/* one block: the array, then the tokens behind each other */
	node->tokens = palloc(node->ntokens * sizeof(char *) + (end - s) + 1);
	out = (char *) (node->tokens + node->ntokens);
	for (int i = 0; i < node->ntokens; i++)
	{
		const char *slash = memchr(s, '/', end - s);

		if (slash == NULL)
			slash = end;
		if (!decode_pointer_token(p, s, slash, out))
			return false;
		node->tokens[i] = out;
		out += strlen(out) + 1;
		s = slash + 1;
	}
	return true;
}

/*
 * Bring a number into its canonical form, exactly: an integer as it is, any
 * other as Java prints a double.
 */
static char *
parse_number(Parser *p, const Token *token)
{
	const char	  *s = token->start;
	const char	  *end = s + token->len;
	char		  *digits = palloc(token->len + 1);
	int			   ndigits = 0;
	int			   point = 0; /* digits before the decimal point */
	int			   exponent = 0;
	bool		   is_integer = true;
	bool		   negative = false;
	int			   seen = 0;
	StringInfoData buf;

	if (s < end && (*s == '+' || *s == '-'))
		negative = *s++ == '-';
	for (; s < end && isdigit((unsigned char) *s); s++, seen++)
	{
		if (ndigits > 0 || *s != '0')
			digits[ndigits++] = *s;
	}
	point = ndigits;
	if (s < end && *s == '.')
	{
		is_integer = false;
		for (s++; s < end && isdigit((unsigned char) *s); s++, seen++)
		{
			if (ndigits > 0 || *s != '0')
				digits[ndigits++] = *s;
			else
				point--;
		}
	}
	if (seen > 0 && s < end && (*s == 'e' || *s == 'E'))
	{
		bool down = false;

		is_integer = false;
		if (++s < end && (*s == '+' || *s == '-'))
			down = *s++ == '-';
		seen = 0;
		for (; s < end && isdigit((unsigned char) *s); s++, seen++)
			exponent =
				Min(exponent * 10 + (*s - '0'), 10 * MAX_INTEGER_DIGITS);
		if (down)
			exponent = -exponent;
	}
	if (seen == 0 || s < end)
		return fail_token(
			p, token, "a value (a string in quotes, a number, true or false)");

	point += exponent;
	while (ndigits > 0 && ndigits > (is_integer ? point : 0) &&
		   digits[ndigits - 1] == '0')
		ndigits--;
	if (ndigits > 0 &&
		(point > MAX_INTEGER_DIGITS || ndigits - point > MAX_FRACTION_DIGITS))
	{
		p->error->is_limit = true;
		return fail(p, token->start, NULL,
					psprintf("A number has up to %d digits before and %d "
							 "behind the decimal point",
							 MAX_INTEGER_DIGITS, MAX_FRACTION_DIGITS));
	}

	initStringInfo(&buf);
	if (negative && !(is_integer && ndigits == 0))
		appendStringInfoChar(&buf, '-');
	if (ndigits == 0)
		appendStringInfoString(&buf, is_integer ? "0" : "0.0");
	else if (is_integer)
		appendBinaryStringInfo(&buf, digits, ndigits);
	else if (point > 7 || point < -2)
	{
		appendStringInfo(&buf, "%c.", digits[0]);
		if (ndigits > 1)
			appendBinaryStringInfo(&buf, digits + 1, ndigits - 1);
		else
			appendStringInfoChar(&buf, '0');
		appendStringInfo(&buf, "E%d", point - 1);
	}
	else
	{
		for (int i = Min(point, 0); i < Max(ndigits, point + 1); i++)
		{
			if (i == Min(point, 0) && point <= 0)
				appendStringInfoString(&buf, "0.");
			else if (i == point)
				appendStringInfoChar(&buf, '.');
			appendStringInfoChar(&buf,
								 i >= 0 && i < ndigits ? digits[i] : '0');
		}
	}
	pfree(digits);
	return buf.data;
}

/* Take the escapes out of a string in quotes. */
static char *
parse_string(const Token *token)
{
	const char *s = token->start + 1;
	const char *end = token->start + token->len - 1;
	char	   *value = palloc(token->len);
	char	   *out = value;

	while (s < end)
	{
		if (*s == '\\')
			s++;
		*out++ = *s++;
	}
	*out = '\0';
	return value;
}

/* Parse the operator and value behind a field. */
static FilterNode *
parse_comparison(Parser *p, FilterNode *node)
{
	Token token;

	if (!next_token(p, &token, true))
		return NULL;
	if (is_keyword(&token, "pr"))
	{
		node->kind = FILTER_PRESENT;
		return node;
	}
	if (token.kind != TOKEN_WORD)
		return fail_token(p, &token, "an operator");
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
				return fail_token(
					p, &token,
					"an operator (eq, lt, le, gt, ge, co, sw, ew, in or pr)");
		}
		node->opname = pnstrdup(token.start, token.len);
	}

	if (!next_token(p, &token, false))
		return NULL;
	if (token.kind == TOKEN_STRING)
	{
		node->valuekind = FILTER_STRING;
		node->value = parse_string(&token);
	}
	else if (is_keyword(&token, "true") || is_keyword(&token, "false"))
	{
		node->valuekind = FILTER_BOOLEAN;
		node->value = is_keyword(&token, "true") ? "true" : "false";
	}
	else if (token.kind == TOKEN_WORD)
	{
		node->valuekind = FILTER_NUMBER;
		node->value = parse_number(p, &token);
		if (node->value == NULL)
			return NULL;
	}
	else
		return fail_token(p, &token, "a value");
	return node;
}

/* Take note of one more level of nesting, or refuse it. */
static bool
enter_level(Parser *p, const char *at)
{
	if (p->depth == FILTER_MAX_DEPTH)
	{
		p->error->is_limit = true;
		fail(p, at, NULL,
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
	if (node->first == NULL || !next_token(p, &token, false))
		return NULL;
	if (token.kind != TOKEN_CLOSE_BRACKET)
		return fail_token(p, &token, "\"and\", \"or\" or \"]\"");
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
		if (node == NULL || !next_token(p, &token, false))
			return NULL;
		if (token.kind != TOKEN_CLOSE)
			return fail_token(p, &token, "\"and\", \"or\" or \")\"");
		p->depth--;
		return node;
	}
	if (is_keyword(first, "true"))
		return make_node(FILTER_TRUE, first->start - p->text);
	if (is_keyword(first, "false"))
		return make_node(FILTER_FALSE, first->start - p->text);
	if (first->kind != TOKEN_WORD)
		return fail_token(p, first, "a field, \"(\", \"!\", true or false");

	node = make_node(FILTER_COMPARE, first->start - p->text);
	bracket = find_bracket(p, first);
	if (bracket)
		field.len = bracket - first->start;
	if (field.len == 0)
		return fail(p, first->start, NULL, "Expected a field before \"[\"");
	if (!parse_pointer(p, &field, node))
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

	if (!next_token(p, &token, false))
		return NULL;
	if (token.kind != TOKEN_WORD || token.len != 1 || *token.start != '!')
		return parse_primary(p, &token);

	node = make_node(FILTER_NOT, token.start - p->text);
	if (!next_token(p, &token, false))
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

/* Parse a filter; NULL and *error filled in if it is none. */
FilterNode *
filter_parse(const char *text, int len, FilterError *error)
{
	Parser		p = {text, text, text + len, 0, 0, error};
	FilterNode *node;
	Token		token;

	memset(error, 0, sizeof(*error));
	node = parse_or(&p);
	if (node == NULL || !next_token(&p, &token, false))
		return NULL;
	if (token.kind != TOKEN_END)
		return fail_token(&p, &token, "\"and\", \"or\" or the end");
	return node;
}

/*
 * Parse a pointer that stands alone, as a node that tests its presence; NULL
 * with *error filled in if it is none.
 */
FilterNode *
filter_parse_pointer(const char *text, int len, FilterError *error)
{
	Parser		p = {text, text + len, text + len, 0, 0, error};
	Token		token = {TOKEN_WORD, text, len};
	FilterNode *node = make_node(FILTER_PRESENT, 0);

	memset(error, 0, sizeof(*error));
	if (len == 0)
		return fail(&p, text, NULL, "Expected a field");
	return parse_pointer(&p, &token, node) ? node : NULL;
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
