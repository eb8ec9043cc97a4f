/*
 * filter_token.c
 *		The tokens of a filter's text, and what stands in them: pointers,
 *		numbers, strings.  Like the parser that asks for them it knows no
 *		catalog, no row and no server, and links into a program of its own with
 *		FRONTEND defined.
 */
#ifndef FRONTEND
#include "postgres.h"
#else
#include "postgres_fe.h"
#endif

#include "mb/pg_wchar.h"

#include "filter_token.h"

/* the numbers that PostgreSQL's numeric holds */
#define MAX_INTEGER_DIGITS 131072
#define MAX_FRACTION_DIGITS 16383

/* Note what is wrong and where; always gives NULL. */
void *
filter_fail(Parser *p, const char *at, const char *hint, const char *detail)
{
	p->error->offset = at - p->text;
	p->error->detail = detail;
	p->error->hint = hint;
	return NULL;
}

/* The same for a token that is another than expected. */
void *
filter_fail_token(Parser *p, const Token *token, const char *expected)
{
	int len = token->len;

	if (token->kind == TOKEN_END)
		return filter_fail(p, token->start, NULL,
						   psprintf("Expected %s, found the end", expected));
	if (len > 40)
	{
		for (len = 40; len > 0 && (token->start[len] & 0xC0) == 0x80;)
			len--;
	}
	return filter_fail(p, token->start, NULL,
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
bool
filter_next_token(Parser *p, Token *token, bool is_operator)
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
			filter_fail(p, token->start,
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
				filter_fail(
					p, s, "Write a percent sign as %25.",
					"A percent sign in a field needs two hexadecimal digits "
					"other than 00");
				return false;
			}
			*out++ = hi * 16 + lo;
			s += 3;
		}
		else if (filter_pointer_illegal(*s))
		{
			filter_fail(p, s,
						psprintf("Write it as %%%02X.", (unsigned char) *s),
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
		filter_fail(p, s, NULL, "The escapes in this field are not UTF-8");
		return false;
	}
	return true;
}

/* Parse a pointer: tokens between slashes, the outer ones optional. */
bool
filter_read_pointer(Parser *p, const Token *token, FilterNode *node)
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
char *
filter_read_number(Parser *p, const Token *token)
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
		return filter_fail_token(
			p, token, "a value (a string in quotes, a number, true or false)");

	point += exponent;
	while (ndigits > 0 && ndigits > (is_integer ? point : 0) &&
		   digits[ndigits - 1] == '0')
		ndigits--;
	if (ndigits > 0 &&
		(point > MAX_INTEGER_DIGITS || ndigits - point > MAX_FRACTION_DIGITS))
	{
		p->error->is_limit = true;
		return filter_fail(
			p, token->start, NULL,
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
char *
filter_read_string(const Token *token)
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
