/*
 * url.c
 *		The URL of a request to its path's segments and its parameters, both
 *		decoded.  It knows no route and no parameter, and no server: with
 *		FRONTEND defined it links into a program of its own.
 *
 * What must be escaped in a URL may stand in it as it is, since that is how
 * documentation prints requests: quotes, blanks, any character but the ones
 * that separate the parts.
 */
#ifndef FRONTEND
#include "postgres.h"
#else
#include "postgres_fe.h"
#endif

#include "mb/pg_wchar.h"

#include "url.h"

/* A URL that is being taken apart. */
typedef struct UrlText
{
	const char *text;
	const char *end;
	UrlError   *error;
} UrlText;

/* Note what is wrong and where; always gives NULL. */
static void *
fail(UrlText *url, const char *at, const char *hint, const char *detail)
{
	url->error->offset = at - url->text;
	url->error->detail = detail;
	url->error->hint = hint;
	return NULL;
}

/* Find the first of some characters, or the end. */
static const char *
find_any(const char *s, const char *end, const char *characters)
{
	while (s < end && strchr(characters, *s) == NULL)
		s++;
	return s;
}

/* Give the value of a hexadecimal digit, or -1. */
static int
hex_value(char c)
{
	const char *digits = "0123456789abcdef0123456789ABCDEF";
	const char *found = c == '\0' ? NULL : strchr(digits, c);

	return found ? (found - digits) % 16 : -1;
}

/* Decode one part, in which a plus may stand for a blank; NULL if it can't. */
static char *
decode(UrlText *url, const char *start, const char *end, bool plus_is_blank)
{
	char	   *part = palloc(end - start + 1);
	char	   *out = part;
	const char *s = start;
	int			good;

	while (s < end)
	{
		if (*s == '%')
		{
			int hi = end - s > 2 ? hex_value(s[1]) : -1;
			int lo = hi >= 0 ? hex_value(s[2]) : -1;

			if (lo < 0)
				return fail(url, s, "Write a percent sign as %25.",
							"A percent sign needs two hexadecimal digits");
			if (hi == 0 && lo == 0)
				return fail(url, s, NULL,
							"The character %00 can't stand in a URL");
			*out++ = hi * 16 + lo;
			s += 3;
			continue;
		}
		*out++ = *s == '+' && plus_is_blank ? ' ' : *s;
		s++;
	}
	*out = '\0';
	good = pg_encoding_verifymbstr(PG_UTF8, part, out - part);
	if (good != out - part)
	{
		for (s = start; good > 0; good--)
			s += *s == '%' ? 3 : 1;
		return fail(url, s, NULL, "This is not UTF-8");
	}
	return part;
}

/* Step over scheme and host. */
static const char *
skip_host(const UrlText *url)
{
	const char *s = url->text;

	while (s < url->end && (isalnum((unsigned char) *s) ||
							(s > url->text && strchr("+-.", *s) != NULL)))
		s++;
	if (s == url->text || url->end - s < 3 || memcmp(s, "://", 3) != 0)
		return url->text;
	return find_any(s + 3, url->end, "/?");
}

/* Take the path apart; a slash at its end is not one more segment. */
static bool
parse_path(UrlText *url, const char *s, const char *end, Url *result)
{
	if (s < end && *s == '/')
		s++;
	if (s < end && end[-1] == '/')
		end--;
	else if (s == end)
		return true;

	result->nsegments = 1;
	for (const char *c = s; c < end; c++)
		result->nsegments += *c == '/';
	result->segments = palloc(result->nsegments * sizeof(char *));
	for (int i = 0; i < result->nsegments; i++)
	{
		const char *slash = find_any(s, end, "/");

		result->segments[i] = decode(url, s, slash, false);
		if (result->segments[i] == NULL)
			return false;
		s = slash + 1;
	}
	return true;
}

/* Take the parameters apart; one without "=" has an empty value. */
static bool
parse_parameters(UrlText *url, const char *s, const char *end, Url *result)
{
	int most = 1;

	for (const char *c = s; c < end; c++)
		most += *c == '&';
	result->parameters = palloc(most * sizeof(UrlParameter));
	while (s < end)
	{
		UrlParameter *parameter = &result->parameters[result->nparameters];
		const char	 *ampersand = find_any(s, end, "&");
		const char	 *equals = find_any(s, ampersand, "=");

		if (s < ampersand)
		{
			parameter->name = decode(url, s, equals, true);
			if (parameter->name == NULL)
				return false;
			parameter->value =
				decode(url, Min(equals + 1, ampersand), ampersand, true);
			if (parameter->value == NULL)
				return false;
			result->nparameters++;
		}
		s = ampersand + 1;
	}
	return true;
}

/*
 * Take a URL apart: [scheme://host[:port]][/]path[?parameters][#fragment], in
 * UTF-8.  Gives NULL, with *error filled in, if something in it can't be
 * decoded.
 */
Url *
url_parse(const char *text, int len, UrlError *error)
{
	UrlText		url = {text, find_any(text, text + len, "#"), error};
	Url		   *result = palloc0(sizeof(Url));
	const char *path = skip_host(&url);
	const char *question = find_any(path, url.end, "?");

	memset(error, 0, sizeof(*error));
	if (!parse_path(&url, path, question, result) ||
		!parse_parameters(&url, Min(question + 1, url.end), url.end, result))
		return NULL;
	return result;
}
