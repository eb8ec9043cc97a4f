/*
 * json_pretty.c
 *		JSON text, indented for people.  It takes the text to be valid, keeps
 *		the order of members and every number as it is written, which type
 *		jsonb would not, and knows nothing of events.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "json_pretty.h"
#include "response.h"

/* Begin a line. */
static void
append_line(StringInfo out, int depth)
{
	static const char blanks[] = "                ";

	response_append(out, "\n", 1);
	for (int n = 2 * depth; n > 0; n -= lengthof(blanks) - 1)
		response_append(out, blanks, Min(n, lengthof(blanks) - 1));
}

/* Find the end of a string, behind its quote. */
static const char *
string_end(const char *s, const char *end)
{
	for (s++; s < end && *s != '"'; s++)
	{
		if (*s == '\\')
			s++;
	}
	return Min(s + 1, end);
}

/* Append JSON text with a line for each member and element. */
void
json_pretty(const char *json, int len, StringInfo out)
{
	const char *end = json + len;
	int			depth = 0;
	bool		empty = false; /* a bracket was opened just now */

	for (const char *next, *s = json; s < end; s = next)
	{
		CHECK_FOR_INTERRUPTS();
		next = s + 1;
		if (strchr(" \t\r\n", *s))
			continue;
		if (*s == '}' || *s == ']')
		{
			depth--;
			if (!empty)
				append_line(out, depth);
			empty = false;
			response_append(out, s, 1);
			continue;
		}
		if (empty)
			append_line(out, depth);
		empty = *s == '{' || *s == '[';
		if (empty)
			depth++;
		else if (*s == '"')
			next = string_end(s, end);
		else if (*s != ',' && *s != ':')
		{
			while (next < end && !strchr(" \t\r\n,:]}", *next))
				next++;
		}
		response_append(out, s, next - s);
		if (*s == ':')
			response_append(out, " ", 1);
		else if (*s == ',')
			append_line(out, depth);
	}
}
