/*
 * cause.c
 *		What an event failed of: the class and the message of its exception,
 *		without what tells one object from another, so that events which fail
 *		alike have equal causes.  It knows no topic and no column.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* How many bytes of a message count. */
#define MAX_MESSAGE 1000

/* A shorter name is too likely to be a word of the message. */
#define MIN_NAME 3

/* A message that is being read. */
typedef struct Message
{
	const char *end;
	int			nnames; /* names of the objects that the event is about */
	Datum	   *names;
	int			keep; /* how many bytes of what is found are no value */
} Message;

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool
is_word(char c)
{
	return is_digit(c) || is_letter(c) || c == '_' || IS_HIGHBIT_SET(c);
}

static bool
is_blank(char c)
{
	return c != '\0' && strchr(" \t\r\n\f\v", c) != NULL;
}

static bool
is_in_line(char c)
{
	return c != '\r' && c != '\n';
}

static bool
is_in_class(char c)
{
	return is_word(c) || c == '.' || c == '$' || c == '-';
}

/* Skip characters of a kind. */
static const char *
skip(const Message *message, const char *s, bool (*kind)(char))
{
	while (s < message->end && kind(*s))
		s++;
	return s;
}

/* Tell whether no word goes on at a place. */
static bool
word_ends(const Message *message, const char *s)
{
	return s == message->end || !is_word(*s);
}

/* Find the end of what goes on to a blank or a sign that ends a sentence. */
static const char *
find_end(const Message *message, const char *s)
{
	const char *start = s;

	for (; s < message->end && !is_blank(*s) && !strchr(",;\"'()<>[]{}", *s);
		 s++)
	{
		if (*s == '\\' && s + 1 < message->end)
			s++;
	}
	while (s > start && (s[-1] == '.' || s[-1] == ':'))
		s--;
	return s;
}

/*
 * What follows finds a value of its kind at a place where no word is under
 * way, and gives its length, 0 if there is none.
 */

/* The name of an object that the event is about. */
static int
find_name(Message *message, const char *s)
{
	int found = 0;

	for (int i = 0; i < message->nnames; i++)
	{
		const char *name = VARDATA_ANY(message->names[i]);
		int			len = VARSIZE_ANY_EXHDR(message->names[i]);

		if (len > found && message->end - s >= len &&
			memcmp(s, name, len) == 0 &&
			(!is_word(s[len - 1]) || word_ends(message, s + len)))
			found = len;
	}
	return found;
}

/* A value in quotes; an apostrophe inside of a word is none. */
static int
find_quoted(Message *message, const char *s)
{
	if (*s != '"' && *s != '\'')
		return 0;
	for (const char *t = s + 1; t < message->end; t++)
	{
		if (*t == *s && (*t == '"' || word_ends(message, t + 1)))
			return t + 1 - s;
	}
	return 0;
}

/* A UUID, and the number that makes an _id of it. */
static int
find_uuid(Message *message, const char *s)
{
	const char *t = s;

	for (int i = 0; i < 36; i++, t++)
	{
		bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;

		if (t == message->end || !(hyphen ? *t == '-' : is_hex(*t)))
			return 0;
	}
	while (message->end - t > 1 && *t == '-' && is_digit(t[1]))
		t = skip(message, t + 1, is_digit);
	return word_ends(message, t) ? t - s : 0;
}

/* Find the value of an assignment, or of a part of a distinguished name. */
static const char *
find_value(const Message *message, const char *s)
{
	if (s == message->end || !is_letter(*s))
		return NULL;
	while (s < message->end && (is_word(*s) || *s == '-' || *s == '.'))
		s++;
	return s < message->end && *s == '=' ? s + 1 : NULL;
}

/* A distinguished name, all of it, or the value of a single assignment. */
static int
find_assigned(Message *message, const char *s)
{
	const char *value = find_value(message, s);
	const char *first = value;

	/* blanks are part of a value if another part follows */
	for (const char *t = value; t && t < message->end; t++)
	{
		const char *next;

		if (*t == '\\')
			t++;
		else if (strchr("=;\"()<>\r\n", *t))
			break;
		else if (*t == ',')
		{
			next = find_value(message, skip(message, t + 1, is_blank));
			if (next == NULL)
				break;
			value = t = next;
			t--;
		}
	}
	if (value == NULL || find_end(message, value) == value)
		return 0;
	if (value == first)
		message->keep = first - s;
	return find_end(message, value) - s;
}

/* The values of a key, as PostgreSQL names a duplicate: (a, b)=(x, y). */
static int
find_key(Message *message, const char *s)
{
	const char *t;

	if (message->end - s < 2 || s[0] != '=' || s[1] != '(')
		return 0;
	t = memchr(s, ')', message->end - s);
	if (t == NULL)
		return 0;
	message->keep = 2;
	return t - s;
}

/* The id of an object: managed/user/x, internal/role/x, system/ldap/account/x
 */
static int
find_object(Message *message, const char *s)
{
	static const struct
	{
		const char *prefix;
		int			names; /* that follow and are the object's kind */
	} kinds[] = {{"managed/", 1},
				 {"internal/", 1},
				 {"repo/managed/", 1},
				 {"repo/internal/", 1},
				 {"system/", 2}};
	const char *t = NULL;
	int			len;

	for (int i = 0; i < lengthof(kinds) && t == NULL; i++)
	{
		len = strlen(kinds[i].prefix);
		if (message->end - s < len || memcmp(s, kinds[i].prefix, len) != 0)
			continue;
		t = s + len;
		for (int n = 0; n < kinds[i].names; n++)
		{
			t = skip(message, t, is_word);
			if (t == message->end || *t != '/')
				return 0;
			t++;
		}
	}
	if (t == NULL)
		return 0;
	len = find_name(message, t);
	if (len == 0)
		len = find_assigned(message, t);
	if (len == 0)
		len = find_end(message, t) - t;
	if (len == 0)
		return 0;
	message->keep = t - s;
	return t + len - s;
}

/* An address of electronic mail. */
static int
find_mail(Message *message, const char *s)
{
	const char *at = s;
	const char *t;
	bool		dot = false;

	while (at < message->end && (is_word(*at) || strchr(".+%-", *at)))
		at++;
	if (at == s || at == message->end || *at != '@')
		return 0;
	for (t = at + 1; t < message->end &&
					 (is_word(*t) || *t == '-' ||
					  (*t == '.' && t + 1 < message->end && is_word(t[1])));
		 t++)
		dot |= *t == '.';
	return dot ? t - s : 0;
}

/* An IPv6 address. */
static int
find_ipv6(Message *message, const char *s)
{
	const char *t = s;
	int			colons = 0;
	bool		digit = false;

	for (; t < message->end && (is_hex(*t) || *t == ':'); t++)
	{
		colons += *t == ':';
		digit |= is_digit(*t);
	}
	return colons >= 2 && digit && word_ends(message, t) ? t - s : 0;
}

/* A hexadecimal number of eight digits or more. */
static int
find_hex(Message *message, const char *s)
{
	const char *t = skip(message, s, is_hex);
	bool		digit = false;

	for (const char *c = s; c < t; c++)
		digit |= is_digit(*c);
	return t - s >= 8 && digit && word_ends(message, t) ? t - s : 0;
}

/* A number with its unit, a version, time or IPv4 address with its port. */
static int
find_number(Message *message, const char *s)
{
	const char *t = s;

	if (!is_digit(*s))
		return 0;
	for (;;)
	{
		t = skip(message, t, is_word);
		if (message->end - t < 2 || !strchr(".,:-", *t) || !is_digit(t[1]))
			return t - s;
		t++;
	}
}

/* Append a message with "*" in the place of its values. */
static void
append_general(StringInfo out, Message *message, const char *s)
{
	static int (*const finders[])(Message *, const char *) = {
		find_object, find_name, find_quoted, find_uuid, find_assigned,
		find_key,	 find_mail, find_ipv6,	 find_hex,	find_number};
	const char *start = s;

	while (s < message->end)
	{
		const char *t = skip(message, s, is_blank);
		int			len = 0;

		if (t > s)
		{
			if (s > start && t < message->end)
				appendStringInfoChar(out, ' ');
			s = t;
			continue;
		}
		if (s == start || !is_word(s[-1]))
		{
			for (int i = 0; i < lengthof(finders) && len == 0; i++)
			{
				message->keep = 0;
				len = finders[i](message, s);
			}
		}
		if (len > 0)
		{
			appendBinaryStringInfo(out, s, message->keep);
			appendStringInfoChar(out, '*');
			s += len;
			continue;
		}
		t = skip(message, s, is_word);
		if (t == s)
			t++;
		appendBinaryStringInfo(out, s, t - s);
		s = t;
	}
}

/* Give the names of objects: their ids behind the last slash. */
static void
read_names(Message *message, ArrayType *ids)
{
	Datum *values;
	bool  *nulls;
	int	   n;

	deconstruct_array(ids, TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls,
					  &n);
	message->names = palloc(sizeof(Datum) * (n + 1));
	for (int i = 0; i < n; i++)
	{
		const char *id;
		int			len;
		int			name;

		if (nulls[i])
			continue;
		id = VARDATA_ANY(values[i]);
		len = name = VARSIZE_ANY_EXHDR(values[i]);
		while (name > 0 && id[name - 1] != '/')
			name--;
		if (len - name >= MIN_NAME)
			message->names[message->nnames++] = PointerGetDatum(
				cstring_to_text_with_len(id + name, len - name));
	}
}

PG_FUNCTION_INFO_V1(failure_cause);

/* Give the cause of a failure: class and message, without ids and numbers. */
Datum
failure_cause(PG_FUNCTION_ARGS)
{
	Message		   message = {0};
	StringInfoData cause;
	const char	  *s = "";
	const char	  *class_end = s;
	int			   len;

	if (!PG_ARGISNULL(0))
	{
		text *exception = PG_GETARG_TEXT_PP(0);

		/* the first line of a stack trace is the class, ":" and the message */
		s = VARDATA_ANY(exception);
		message.end = s + VARSIZE_ANY_EXHDR(exception);
		s = skip(&message, s, is_blank);
		message.end = skip(&message, s, is_in_line);
		class_end = skip(&message, s, is_in_class);
		if ((class_end < message.end && *class_end != ':') ||
			class_end - s > MAX_MESSAGE)
			class_end = s;
	}
	else
		message.end = s;
	initStringInfo(&cause);
	appendBinaryStringInfo(&cause, s, class_end - s);
	s = class_end;
	if (s < message.end && *s == ':')
		s++;

	if (!PG_ARGISNULL(1))
	{
		text	   *given = PG_GETARG_TEXT_PP(1);
		const char *rest_end = message.end;
		const char *t = VARDATA_ANY(given);

		message.end = t + VARSIZE_ANY_EXHDR(given);
		if (skip(&message, t, is_blank) < message.end)
			s = t;
		else
			message.end = rest_end;
	}
	s = skip(&message, s, is_blank);
	message.end = s + pg_mbcliplen(s, message.end - s, MAX_MESSAGE);
	if (!PG_ARGISNULL(3))
		read_names(&message, PG_GETARG_ARRAYTYPE_P(3));

	if (cause.len > 0 && (s < message.end || !PG_ARGISNULL(2)))
		appendStringInfoString(&cause, ": ");
	len = cause.len;
	append_general(&cause, &message, s);
	if (cause.len == len && !PG_ARGISNULL(2))
	{
		text *otherwise = PG_GETARG_TEXT_PP(2);

		appendBinaryStringInfo(&cause, VARDATA_ANY(otherwise),
							   VARSIZE_ANY_EXHDR(otherwise));
	}
	if (cause.len == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(cause.data, cause.len));
}
