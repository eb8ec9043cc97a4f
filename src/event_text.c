/*
 * event_text.c
 *		The text of an event before a parser reads it: blanks go, credentials
 *		are replaced, and what json-c or jsonb would change is found.  It
 *		works on texts that may be no JSON at all, and knows neither topics
 *		nor rows nor json-c.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/json.h"

#include "compat.h"
#include "event_text.h"

#define MASK "\"***\""

/* JSON texts in strings are looked into down to this level */
#define MAX_TEXTS 4

/* A longer or larger number is not for type numeric */
#define MAX_NUMBER_LENGTH 1000
#define MAX_EXPONENT 1000

char *event_secret_headers = "";

static const char *const always_secret[] = {
	"authorization", "cookie", "set-cookie", "x-openidm-password"};

/* A text that is being read, and where it stands in its structure. */
typedef struct Scan
{
	const char *at;
	const char *end;
	StringInfo	out;
	EventFacts *facts;
	bool		for_parser; /* write what json-c reads, else what we keep */
	int			texts;		/* how many strings we are in */
	int			depth;
	int			secret_depth; /* everything from this depth on is secret */
	bool		expect_name;
	bool		name_headers; /* the last name is that of headers, cookies */
	bool		name_secret;  /* the last name is that of a credential */
	bool		object[EVENT_MAX_DEPTH + 1];
	bool		headers[EVENT_MAX_DEPTH + 1];
} Scan;

static void scan_text(Scan *s);

/* Read four hexadecimal digits, or give -1. */
static int
read_hex4(const char *at, const char *end)
{
	int value = 0;

	if (end - at < 4)
		return -1;
	for (int i = 0; i < 4; i++)
	{
		if (!isxdigit((unsigned char) at[i]))
			return -1;
		value = value * 16 + (isdigit((unsigned char) at[i])
								  ? at[i] - '0'
								  : (at[i] | 0x20) - 'a' + 10);
	}
	return value;
}

/* Tell whether the second escape of a surrogate pair stands at a place. */
static bool
is_low_surrogate(const char *at, const char *end)
{
	int c = end - at > 2 && at[0] == '\\' && at[1] == 'u'
				? read_hex4(at + 2, end)
				: -1;

	return c >= 0xDC00 && c <= 0xDFFF;
}

/*
 * Take the escapes out of the inside of a JSON string.  Stray ones stay as
 * they are; so does \u0000, which no C string can hold.
 */
static void
unescape(const char *at, const char *end, StringInfo out)
{
	static const char from[] = "bfnrt";
	static const char to[] = "\b\f\n\r\t";

	resetStringInfo(out);
	for (; at < end; at++)
	{
		const char *letter;
		int			c;

		if (*at != '\\' || at + 1 == end)
		{
			appendStringInfoChar(out, *at);
			continue;
		}
		at++;
		if (*at == 'u' && (c = read_hex4(at + 1, end)) > 0)
		{
			unsigned char utf8[MAX_MULTIBYTE_CHAR_LEN];

			at += 4;
			if (c >= 0xD800 && c <= 0xDBFF && is_low_surrogate(at + 1, end))
			{
				c = 0x10000 + ((c - 0xD800) << 10) +
					(read_hex4(at + 3, end) - 0xDC00);
				at += 6;
			}
			if (c >= 0xD800 && c <= 0xDFFF)
				c = 0xFFFD;
			unicode_to_utf8(c, utf8);
			appendBinaryStringInfo(out, (char *) utf8, pg_utf_mblen(utf8));
		}
		else if (*at == 'u')
			appendStringInfoString(out, "\\u");
		else if ((letter = strchr(from, *at)) != NULL && *letter)
			appendStringInfoChar(out, to[letter - from]);
		else
			appendStringInfoChar(out, *at);
	}
}

/* Find a lower-case word in a text of any case. */
static bool
contains_word(const char *text, int len, const char *word, int wordlen)
{
	for (int i = 0; i + wordlen <= len; i++)
	{
		if ((text[i] | 0x20) == (word[0] | 0x20) &&
			pg_strncasecmp(text + i, word, wordlen) == 0)
			return true;
	}
	return false;
}

/* Call a function for each name of a credential until it says true. */
static bool
any_secret(bool (*test)(const char *, int, const char *, int),
		   const char *text, int len)
{
	const char *at = event_secret_headers;

	for (int i = 0; i < lengthof(always_secret); i++)
	{
		if (test(text, len, always_secret[i], strlen(always_secret[i])))
			return true;
	}
	while (at && *at)
	{
		int n;

		at += strspn(at, ", \t\n\r\"");
		n = strcspn(at, ",\"");
		while (n > 0 && isspace((unsigned char) at[n - 1]))
			n--;
		if (n > 0 && test(text, len, at, n))
			return true;
		at += strcspn(at, ",\"");
	}
	return false;
}

/* Compare a name with one of a credential. */
static bool
same_name(const char *text, int len, const char *word, int wordlen)
{
	return len == wordlen && pg_strncasecmp(text, word, len) == 0;
}

/* Tell whether a text is the line of a header: a name and a colon. */
static bool
is_header_line(const char *text, int len, const char *word, int wordlen)
{
	if (len <= wordlen || pg_strncasecmp(text, word, wordlen) != 0)
		return false;
	for (text += wordlen, len -= wordlen; len > 0 && *text == ' '; text++)
		len--;
	return len > 0 && *text == ':';
}

/* Tell whether a text has the name of a credential anywhere, escaped or not.
 */
bool
event_text_names_secret(const char *text, int len)
{
	bool  found = any_secret(contains_word, text, len);
	char *outer = NULL;

	/* texts in strings escape what is escaped in them once more */
	while (!found && memchr(text, '\\', len) != NULL)
	{
		StringInfoData plain;
		bool		   shorter;

		CHECK_FOR_INTERRUPTS();
		initStringInfo(&plain);
		unescape(text, text + len, &plain);
		shorter = plain.len < len;
		found = any_secret(contains_word, plain.data, plain.len);
		if (outer)
			pfree(outer);
		text = outer = plain.data;
		len = plain.len;
		if (!shorter)
			break;
	}
	if (outer)
		pfree(outer);
	return found;
}

/* Tell whether a name is that of an object of headers or cookies. */
static bool
is_headers(const char *name, int len)
{
	return len >= 7 && (pg_strncasecmp(name + len - 7, "headers", 7) == 0 ||
						pg_strncasecmp(name + len - 7, "cookies", 7) == 0);
}

/* Learn what a member's name says about its value. */
static void
note_name(Scan *s, const char *name, int len)
{
	StringInfoData plain;

	plain.data = NULL;
	if (memchr(name, '\\', len) != NULL)
	{
		initStringInfo(&plain);
		unescape(name, name + len, &plain);
		name = plain.data;
		len = plain.len;
	}
	s->name_headers = is_headers(name, len);
	s->name_secret = s->headers[Min(s->depth, EVENT_MAX_DEPTH)] &&
					 any_secret(same_name, name, len);
	if (plain.data)
		pfree(plain.data);
}

/* Find what the escapes of a string hide from json-c and jsonb. */
static void
note_escapes(Scan *s, const char *at, const char *end)
{
	while ((at = memchr(at, '\\', end - at)) != NULL && end - at > 1)
	{
		int c = at[1] == 'u' ? read_hex4(at + 2, end) : 1;

		at += 2;
		if (c == 0)
			s->facts->inexact = s->facts->unparsable = true;
		else if (c >= 0xD800 && c <= 0xDBFF && is_low_surrogate(at + 4, end))
			at += 10;
		else if (c >= 0xD800 && c <= 0xDFFF)
			s->facts->inexact = true;
	}
}

/*
 * Replace the credentials in a string that may be the text of an event's part,
 * if there are any.  What looks like it and is no JSON goes as a whole.
 */
static bool
mask_inside(Scan *s, const char *at, const char *end)
{
	StringInfoData plain;
	StringInfoData clean;
	EventFacts	   facts;
	bool		   masked = false;

	if (!event_text_names_secret(at, end - at))
		return false;
	initStringInfo(&plain);
	initStringInfo(&clean);
	unescape(at, end, &plain);
	memset(&facts, 0, sizeof(facts));
	if (s->texts < MAX_TEXTS)
	{
		Scan *inner = palloc(sizeof(Scan));

		memset(inner, 0, offsetof(Scan, object));
		inner->at = plain.data;
		inner->end = plain.data + plain.len;
		inner->out = &clean;
		inner->facts = &facts;
		inner->texts = s->texts + 1;
		inner->object[0] = false;
		inner->headers[0] =
			s->name_headers || s->headers[Min(s->depth, EVENT_MAX_DEPTH)];
		scan_text(inner);
		pfree(inner);
	}
	if (s->texts >= MAX_TEXTS ||
		event_text_error(plain.data, plain.len, &facts) != NULL)
	{
		/*
		 * Prose may speak of cookies; headers, lines of headers in a list and
		 * texts of objects may not.
		 */
		masked = s->name_headers ||
				 any_secret(is_header_line, plain.data, plain.len) ||
				 plain.data[strspn(plain.data, " \t\r\n")] == '{' ||
				 plain.data[strspn(plain.data, " \t\r\n")] == '[';
		if (masked)
			appendStringInfoString(s->out, MASK);
	}
	else if (facts.masked)
	{
		masked = true;
		escape_json(s->out, clean.data);
	}
	pfree(plain.data);
	pfree(clean.data);
	return masked;
}

/* Write the inside of a string with U+FFFD for \u0000. */
static void
write_without_nul(StringInfo out, const char *at, const char *end)
{
	while (at < end)
	{
		int n = *at == '\\' && end - at > 1 ? 2 : 1;

		if (n == 2 && at[1] == 'u' && read_hex4(at + 2, end) == 0)
		{
			appendStringInfoString(out, "\\ufffd");
			n = 6;
		}
		else
			appendBinaryStringInfo(out, at, n);
		at += n;
	}
}

/* Read a string, a name or a value, and write what is to be kept of it. */
static void
scan_string(Scan *s)
{
	const char *start = s->at++;
	bool		name = s->expect_name;
	bool		escapes = false;

	while (s->at < s->end && *s->at != '"')
	{
		if (*s->at == '\\' && s->at + 1 < s->end)
		{
			escapes = true;
			s->at++;
		}
		s->at++;
	}
	if (escapes)
		note_escapes(s, start + 1, s->at);

	if (s->secret_depth > 0 || (!name && s->name_secret))
	{
		appendStringInfoString(s->out, MASK);
		s->facts->masked = true;
	}
	else if (!name && !s->for_parser &&
			 (escapes || s->name_headers ||
			  s->headers[Min(s->depth, EVENT_MAX_DEPTH)]) &&
			 mask_inside(s, start + 1, s->at))
		s->facts->masked = true;
	else
	{
		appendStringInfoChar(s->out, '"');
		if (s->for_parser && escapes)
			write_without_nul(s->out, start + 1, s->at);
		else
			appendBinaryStringInfo(s->out, start + 1, s->at - start - 1);
		appendStringInfoChar(s->out, '"');
	}
	if (name)
		note_name(s, start + 1, s->at - start - 1);
	if (s->at < s->end)
		s->at++;
}

/* Give the size of an exponent, as far as it matters. */
static int
exponent_of(const char *at, const char *end)
{
	int value = 0;

	for (; at < end && value <= MAX_EXPONENT; at++)
	{
		if (isdigit((unsigned char) *at))
			value = value * 10 + (*at - '0');
	}
	return value;
}

/* Tell whether an integer of at least 19 characters fits 64 bits. */
static bool
fits_int64(const char *number, int len)
{
	char digits[24];

	if (len >= sizeof(digits))
		return false;
	memcpy(digits, number, len);
	digits[len] = '\0';
	errno = 0;
	(void) strtoll(digits, NULL, 10);
	return errno != ERANGE;
}

/* Read a number or a word, and write what is to be kept of it. */
static void
scan_word(Scan *s)
{
	const char *start = s->at;
	const char *exponent = NULL;
	bool		number = *start == '-' || isdigit((unsigned char) *start);
	bool		fraction = false;
	bool		zero = true;
	int			len;

	for (; s->at < s->end && strchr(" \t\r\n,:{}[]\"", *s->at) == NULL;
		 s->at++)
	{
		if (*s->at == '.')
			fraction = true;
		else if ((*s->at | 0x20) == 'e' && exponent == NULL)
			exponent = s->at + 1;
		else if (*s->at >= '1' && *s->at <= '9' && exponent == NULL)
			zero = false;
	}
	if (s->at == start) /* a NUL byte */
		s->at++;
	len = s->at - start;

	if ((s->secret_depth > 0 || s->name_secret) && number)
	{
		appendStringInfoString(s->out, MASK);
		s->facts->masked = true;
		return;
	}
	appendBinaryStringInfo(s->out, start, len);
	if (!number)
		return;
	if (exponent || (*start == '-' && zero))
		s->facts->inexact = true;
	if (len > MAX_NUMBER_LENGTH ||
		(exponent && exponent_of(exponent, s->at) > MAX_EXPONENT))
		s->facts->huge = s->facts->inexact = true;
	else if (!fraction && !exponent && len > 18 && !fits_int64(start, len))
	{
		/* json-c keeps the digits of what has an exponent */
		s->facts->unparsable = true;
		if (s->for_parser)
			appendStringInfoString(s->out, "e0");
	}
}

/* Begin an object or a list. */
static void
open_level(Scan *s)
{
	bool headers =
		s->name_headers || s->headers[Min(s->depth, EVENT_MAX_DEPTH)];
	int level;

	s->depth++;
	s->facts->depth = Max(s->facts->depth, s->depth);
	level = Min(s->depth, EVENT_MAX_DEPTH);
	s->object[level] = *s->at == '{';
	s->headers[level] = headers;
	if (s->name_secret && s->secret_depth == 0)
		s->secret_depth = s->depth;
	s->expect_name = *s->at == '{';
	s->name_headers = s->name_secret = false;
}

/* End an object or a list. */
static void
close_level(Scan *s)
{
	if (s->depth > 0 && s->depth-- == s->secret_depth)
		s->secret_depth = 0;
	s->expect_name = s->name_headers = s->name_secret = false;
}

/* Read a text to its end. */
static void
scan_text(Scan *s)
{
	while (s->at < s->end)
	{
		switch (*s->at)
		{
			case ' ':
			case '\t':
			case '\r':
			case '\n':
				s->at++;
				continue;
			case '"':
				scan_string(s);
				continue;
			case '{':
			case '[':
				open_level(s);
				break;
			case '}':
			case ']':
				close_level(s);
				break;
			case ',':
				s->expect_name = s->object[Min(s->depth, EVENT_MAX_DEPTH)];
				s->name_headers = s->name_secret = false;
				break;
			case ':':
				s->facts->members++;
				s->expect_name = false;
				break;
			default:
				scan_word(s);
				continue;
		}
		appendStringInfoChar(s->out, *s->at++);
	}
}

/* Scan a text from its first byte. */
static void
scan_all(const char *text, int len, StringInfo out, EventFacts *facts,
		 bool for_parser)
{
	Scan *s = palloc(sizeof(Scan));

	memset(s, 0, offsetof(Scan, object));
	s->at = text;
	s->end = text + len;
	s->out = out;
	s->facts = facts;
	s->for_parser = for_parser;
	s->object[0] = s->headers[0] = false;
	memset(facts, 0, sizeof(*facts));
	resetStringInfo(out);
	enlargeStringInfo(out, len);
	scan_text(s);
	pfree(s);
}

/*
 * Write the text of an event without blanks and without credentials, and tell
 * what it holds.
 */
void
event_text_clean(const char *text, int len, StringInfo out, EventFacts *facts)
{
	scan_all(text, len, out, facts, false);
}

/*
 * Write a clean text so that json-c loses neither a number's digits nor the
 * rest of a string behind a \u0000.
 */
void
event_text_for_parser(const char *text, int len, StringInfo out)
{
	EventFacts facts;

	scan_all(text, len, out, &facts, true);
}

/*
 * Tell why a text is no JSON, or NULL.  The answer does not quote the text,
 * which may hold what nobody should read.
 */
char *
event_text_error(const char *text, int len, const EventFacts *facts)
{
	JsonLexContext *lex;

	if (facts->depth > EVENT_MAX_DEPTH)
		return psprintf("nested more than %d levels deep", EVENT_MAX_DEPTH);
	lex = json_lexer(text, len);
	if (pg_parse_json(lex, &nullSemAction) == JSON_SUCCESS)
		return NULL;
	if (lex->token_start == NULL)
		return pstrdup("not valid JSON: it ends too early");
	return psprintf("not valid JSON at byte %d",
					(int) (lex->token_start - lex->input) + 1);
}
