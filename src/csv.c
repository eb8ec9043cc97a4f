/*
 * csv.c
 *		Values as CSV (RFC 4180): quotes around what needs them, and an
 *		apostrophe before what a spreadsheet would take for a formula.  The
 *		commas between fields and the ends of records are the caller's.  It
 *		knows nothing of events and rows.
 */
#include "postgres.h"

#include "csv.h"

/* Tell whether some spreadsheet takes a text for a formula. */
static bool
is_formula(const char *s)
{
	/* full-width ones are taken for the others */
	static const char *const wide[] = {"\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};

	if (*s != '\0' && strchr("=+-@\t\r\n", *s))
		return true;
	for (int i = 0; IS_HIGHBIT_SET(*s) && i < lengthof(wide); i++)
	{
		if (strncmp(s, wide[i], strlen(wide[i])) == 0)
			return true;
	}
	return false;
}

/*
 * Put an apostrophe before a field, written from start on and not yet quoted,
 * that begins as formulas do: OWASP's advice against CSV injection.
 */
static void
guard(StringInfo out, int start)
{
	if (!is_formula(out->data + start))
		return;
	appendStringInfoChar(out, '\'');
	memmove(out->data + start + 1, out->data + start, out->len - start - 1);
	out->data[start] = '\'';
}

/*
 * Put quotes around a field, written from start on, that has a quote, a comma
 * or a line break, or is empty: so an empty string is told from nothing at
 * all, as COPY does.  So is \., which COPY could take for the end.
 */
static void
quote(StringInfo out, int start)
{
	const char *field = out->data + start;
	int			len = out->len - start;
	int			quotes = 0;
	bool		plain = len > 0 && strcmp(field, "\\.") != 0;
	char	   *to;

	for (int i = 0; i < len; i++)
	{
		char c = field[i];

		if (c == '"')
			quotes++;
		if (c == '"' || c == ',' || c == '\n' || c == '\r')
			plain = false;
	}
	if (plain)
		return;

	/* from its end on, each byte to its place */
	enlargeStringInfo(out, quotes + 2);
	out->len += quotes + 2;
	to = out->data + out->len;
	*to = '\0';
	*--to = '"';
	for (int i = start + len - 1; i >= start; i--)
	{
		*--to = out->data[i];
		if (*to == '"')
			*--to = '"';
	}
	*--to = '"';
}

/* End a field, whose text was written from start on. */
void
csv_end_field(StringInfo out, int start, bool guard_formulas)
{
	if (guard_formulas)
		guard(out, start);
	quote(out, start);
}

/* Append a field. */
void
csv_append_field(StringInfo out, const char *s, int len, bool guard_formulas)
{
	int start = out->len;

	appendBinaryStringInfo(out, s, len);
	csv_end_field(out, start, guard_formulas);
}
