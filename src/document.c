/*
 * document.c
 *		The text of an event as another product's document has it, rewritten
 *		before a parser reads it: "_id" and "timestamp" get the names and the
 *		form that they have here.  It knows neither products nor topics: which
 *		names there are is the naming rule's business.
 */
#include "postgres.h"

#include "document.h"
#include "iso8601.h"
#include "json_text.h"

/* Tell whether a JSON value is an integer, and not minus zero. */
static bool
is_integer(const char *value, int len)
{
	bool minus = *value == '-';

	return strspn(value + minus, "0123456789") == len - minus &&
		   !(minus && value[1] == '0');
}

/* Tell whether an instant's text has digits that an instant cannot hold. */
static bool
is_finer(const char *s, int len)
{
	const char *point = memchr(s, '.', len);
	int			digits;

	if (point == NULL)
		point = memchr(s, ',', len);
	if (point == NULL)
		return false;
	digits = strspn(point + 1, "0123456789");
	return digits > 6 && strspn(point + 7, "0") < digits - 6;
}

/* Append a string if it is an instant, in the form in which events print it.
 */
static bool
append_instant(StringInfo out, const char *value, int len)
{
	JsonText	string = {value, value + len};
	char		printed[ISO8601_SIZE];
	TimestampTz instant;
	const char *s = json_text_string(&string, &len);

	if (s == NULL || !iso8601_parse(s, len, &instant) || is_finer(s, len))
		return false;
	iso8601_print(instant, printed);
	appendStringInfo(out, "\"%s\"", printed);
	return true;
}

/*
 * Append a value in the form of the member that it becomes: an integer as an
 * _id's text, an instant as events print it.  Any other one stays as it is.
 */
static void
append_value(StringInfo out, const char *member, const char *value, int len)
{
	if (strcmp(member, "_id") == 0 && is_integer(value, len))
		appendStringInfo(out, "\"%.*s\"", len, value);
	else if (strcmp(member, "timestamp") != 0 || *value != '"' ||
			 !append_instant(out, value, len))
		appendBinaryStringInfo(out, value, len);
}

/* Rename the members of one name in an object, a clean and valid text. */
static void
rename_member(StringInfo text, const char *name, const char *member)
{
	JsonText	   at = {text->data, text->data + text->len};
	const char	  *copied = at.at;
	StringInfoData out = {0};
	JsonText	   key;

	while (json_text_next_member(&at, &key))
	{
		const char *value = at.at;

		json_text_skip_value(&at, NULL);
		if (!json_text_is(&key, name))
			continue;
		if (out.data == NULL)
			initStringInfo(&out);
		appendBinaryStringInfo(&out, copied, key.at - copied);
		appendStringInfo(&out, "\"%s\":", member);
		append_value(&out, member, value, at.at - value);
		copied = at.at;
	}
	if (out.data == NULL)
		return;
	appendBinaryStringInfo(&out, copied, at.end - copied);
	*text = out;
}

/*
 * Give the members of an event, a clean and valid text, the names under which
 * they are stored in a row, unless it has a member of that name itself.
 */
void
document_rename(TupleDesc desc, const RowShape *shape, StringInfo text)
{
	const char *name;

	for (int i = 0; (name = field_document_name(shape, i)) != NULL; i++)
	{
		const char *member = field_stored_as(desc, shape, name, strlen(name));
		JsonText	event = {text->data, text->data + text->len};

		if (member && *text->data == '{' &&
			!json_text_find(&event, (char **) &member, 1, false))
			rename_member(text, name, member);
	}
}
