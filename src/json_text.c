/*
 * json_text.c
 *		JSON text, read in place: its members, elements and values, and what
 *		a pointer leads to.  It takes the text to be valid, and knows nothing
 *		of events and rows.
 */
#include "postgres.h"

#include "compat.h"
#include "event_text.h"
#include "json_text.h"

/* Step over white space. */
void
json_text_skip_space(JsonText *t)
{
	while (t->at < t->end && strchr(" \t\r\n", *t->at) && *t->at != '\0')
		t->at++;
}

/* Step over a string. */
static void
skip_string(JsonText *t)
{
	for (t->at++; t->at < t->end && *t->at != '"'; t->at++)
	{
		if (*t->at == '\\')
			t->at++;
	}
	t->at = Min(t->at + 1, t->end);
}

/*
 * Step over a value of any kind, and copy it without the white space between
 * its tokens if out is given, so that an event is one line.  Gives how deep it
 * is nested.  There is no recursion here: no depth is too much.
 */
int
json_text_skip_value(JsonText *t, StringInfo out)
{
	int depth = 0;
	int deepest = 0;

	do
	{
		const char *start;

		json_text_skip_space(t);
		start = t->at;
		switch (*start)
		{
			case '"':
				skip_string(t);
				break;
			case '{':
			case '[':
				depth++;
				deepest = Max(deepest, depth);
				t->at++;
				break;
			case '}':
			case ']':
				depth--;
				t->at++;
				break;
			case ',':
			case ':':
				t->at++;
				break;
			default:
				while (t->at < t->end && !strchr(" \t\r\n,:]}", *t->at))
					t->at++;
		}
		if (out)
			appendBinaryStringInfo(out, start, t->at - start);
	} while (depth > 0 && t->at < t->end);
	return deepest;
}

/*
 * Step to the value of an object's next member, from the object's start or the
 * end of the value before; false if there is none, as in what is no object.
 * The key is in JSON's writing, with its quotes.
 */
bool
json_text_next_member(JsonText *t, JsonText *key)
{
	if (!json_text_next_element(t) || *t->at != '"')
		return false;
	key->at = t->at;
	skip_string(t);
	key->end = t->at;
	json_text_skip_space(t);
	if (t->at == t->end || *t->at != ':')
		return false;
	t->at++;
	json_text_skip_space(t);
	return true;
}

/*
 * Step to a list's next element, from the list's start or the end of the
 * element before; false, behind the list, if there is none.
 */
bool
json_text_next_element(JsonText *t)
{
	json_text_skip_space(t);
	if (t->at < t->end && *t->at != ']' && *t->at != '}')
	{
		t->at++; /* the bracket or the comma */
		json_text_skip_space(t);
	}
	if (t->at < t->end && *t->at != ']' && *t->at != '}')
		return true;
	t->at++;
	return false;
}

/*
 * Give what a string in JSON's writing, with its quotes, says; NULL if no text
 * can, for a \u0000, half a character, or one that the database's encoding
 * does not have.
 */
const char *
json_text_string(const JsonText *string, int *len)
{
	int				size = string->end - string->at;
	JsonLexContext *lex;
	char		   *says = NULL;

	if (memchr(string->at, '\\', size) == NULL)
	{
		*len = size - 2;
		return string->at + 1;
	}
	lex = make_json_lexer(string->at, size, true);
	if (json_lex_soft(lex))
	{
		*len = lex->strval->len;
		says = pnstrdup(lex->strval->data, *len);
	}
	/* it takes a kilobyte and more, and an event may have many strings */
	free_json_lexer(lex);
	return says;
}

/* Tell whether a string in JSON's writing, with its quotes, says a text. */
bool
json_text_is(const JsonText *string, const char *text)
{
	int			len;
	const char *s = json_text_string(string, &len);

	bool is = s && strlen(text) == len && memcmp(text, s, len) == 0;

	if (s && s != string->at + 1)
		pfree((char *) s);
	return is;
}

/* Step into the JSON that a string holds; false if it holds none. */
bool
json_text_enter_string(JsonText *t)
{
	JsonText string = *t;
	JsonText all;
	int		 len;

	skip_string(&string);
	string = (JsonText){t->at, string.at};
	t->at = json_text_string(&string, &len);
	if (t->at == NULL)
		return false;
	t->end = t->at + len;
	json_text_skip_space(t);
	all = *t;
	return t->at < t->end &&
		   json_text_skip_value(&all, NULL) <= EVENT_MAX_DEPTH &&
		   pg_parse_json(json_lexer(t->at, t->end - t->at), &nullSemAction) ==
			   JSON_SUCCESS;
}

/* Step to the value of an object's member; of several it is the last. */
static bool
find_member(JsonText *t, const char *name)
{
	JsonText at = *t;
	JsonText key;
	bool	 found = false;

	while (json_text_next_member(&at, &key))
	{
		if (json_text_is(&key, name))
		{
			*t = at;
			found = true;
		}
		json_text_skip_value(&at, NULL);
	}
	return found;
}

/* Step to a list's element by its number. */
static bool
find_element(JsonText *t, const char *number)
{
	int len = strlen(number);

	if (len == 0 || len >= 10 || strspn(number, "0123456789") != len)
		return false;
	for (int i = atoi(number); json_text_next_element(t); i--)
	{
		if (i == 0)
			return true;
		json_text_skip_value(t, NULL);
	}
	return false;
}

/*
 * Step to the value that a pointer leads to and end there; false if there is
 * none.  With json, what the first token leads to may be JSON in a string.
 */
bool
json_text_find(JsonText *t, char **tokens, int ntokens, bool json)
{
	JsonText end;

	json_text_skip_space(t);
	for (int i = 0; i < ntokens; i++)
	{
		if (i == 1 && json && *t->at == '"' && !json_text_enter_string(t))
			return false;
		if (*t->at == '{' ? !find_member(t, tokens[i])
						  : *t->at != '[' || !find_element(t, tokens[i]))
			return false;
	}
	end = *t;
	json_text_skip_value(&end, NULL);
	t->end = end.at;
	return true;
}
