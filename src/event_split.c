/*
 * event_split.c
 *		Where one event ends and the next begins, in a text or a file of any
 *		size: JSON Lines, lists, and objects over several lines.  What is
 *		broken is given as a line, so that what follows is found again.  It
 *		looks at brackets and quotes only and knows nothing of events.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/memutils.h"

#include "event_split.h"
#include "event_text.h"

#define FIRST_READ (256 * 1024)

/* a longer line or event of a file is an error */
#define MAX_READ (512 * 1024 * 1024)

typedef enum
{
	SPAN_FOUND,
	SPAN_UNFINISHED, /* the text ends inside */
	SPAN_BROKEN
} Span;

/* Read from a text in memory. */
void
event_source_text(EventSource *source, const char *text, int len)
{
	memset(source, 0, sizeof(*source));
	source->at = text;
	source->end = text + len;
}

/* Read from a file in pieces. */
void
event_source_file(EventSource *source, FILE *file, const char *path)
{
	memset(source, 0, sizeof(*source));
	source->file = file;
	source->path = path;
	initStringInfo(&source->buffer);
	enlargeStringInfo(&source->buffer, FIRST_READ);
	source->at = source->end = source->buffer.data;
}

/* Read on in a file; false at its end. */
static bool
read_more(EventSource *source)
{
	StringInfo buffer = &source->buffer;
	int		   left = source->end - source->at;
	size_t	   n;

	if (source->file == NULL)
		return false;
	memmove(buffer->data, source->at, left);
	buffer->len = left;
	if (left > buffer->maxlen / 2)
	{
		if (left >= MAX_READ)
			ereport(
				ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg(
					 "file \"%s\" has an event or a line longer than %d bytes",
					 source->path, MAX_READ)));
		enlargeStringInfo(buffer, left);
	}
	n = fread(buffer->data + left, 1, buffer->maxlen - 1 - left, source->file);
	if (n == 0 && ferror(source->file))
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not read file \"%s\": %m", source->path)));
	source->at = buffer->data;
	source->end = buffer->data + left + n;
	return n > 0;
}

/*
 * Find the end of a JSON value by its brackets.  A value in a list or an
 * object ends before a comma or a closing bracket, any other one after its
 * last bracket.  What cannot go on as JSON is broken, so that a line that was
 * cut off does not swallow the lines behind it.
 */
static Span
find_end(const char *at, const char *limit, bool inner, const char **end)
{
	char open[EVENT_MAX_DEPTH + 1];
	int	 depth = 0;
	char before = '\0';

	for (; at < limit; at++)
	{
		switch (*at)
		{
			case ' ':
			case '\t':
			case '\r':
			case '\n':
				continue;
			case '"':
				for (at++; at < limit && *at != '"'; at++)
				{
					if (*at == '\n')
						return SPAN_BROKEN;
					if (*at == '\\')
						at++;
				}
				break;
			case '{':
			case '[':
				if (depth == EVENT_MAX_DEPTH ||
					(depth > 0 && before != ':' &&
					 !(open[depth] == '[' &&
					   (before == ',' || before == '['))))
					return SPAN_BROKEN;
				open[++depth] = *at;
				break;
			case '}':
			case ']':
				if (depth == 0)
				{
					*end = at;
					return inner && before ? SPAN_FOUND : SPAN_BROKEN;
				}
				if (open[depth] != (*at == '}' ? '{' : '['))
					return SPAN_BROKEN;
				if (--depth == 0 && !inner)
				{
					*end = at + 1;
					return SPAN_FOUND;
				}
				break;
			case ',':
				if (depth == 0 && inner)
				{
					*end = at;
					return SPAN_FOUND;
				}
				break;
		}
		if (at < limit)
			before = *at;
	}
	return SPAN_UNFINISHED;
}

/* Find the end of the line at hand. */
static const char *
end_of_line(EventSource *source)
{
	for (;;)
	{
		const char *newline =
			memchr(source->at, '\n', source->end - source->at);

		if (newline)
			return newline;
		if (!read_more(source))
			return source->end;
	}
}

/* Find the end of the value at hand, reading as far as that takes. */
static bool
end_of_value(EventSource *source, bool inner, const char **end)
{
	for (;;)
	{
		switch (find_end(source->at, source->end, inner, end))
		{
			case SPAN_FOUND:
				return true;
			case SPAN_BROKEN:
				return false;
			case SPAN_UNFINISHED:
				if (!read_more(source))
					return false;
		}
	}
}

/* Go to the next byte that is no blank; false at the end of the text. */
static bool
skip_blanks(EventSource *source)
{
	for (;;)
	{
		while (source->at < source->end &&
			   (isspace((unsigned char) *source->at) ||
				(source->in_list && *source->at == ',')))
			source->at++;
		if (source->at < source->end)
			return true;
		if (!read_more(source))
			return false;
	}
}

/* Tell whether the bracket at hand begins a list of objects. */
static bool
begins_list(EventSource *source)
{
	const char *at = source->at;

	if (*at != '[')
		return false;
	do
	{
		for (at = source->at + 1;
			 at < source->end && isspace((unsigned char) *at);)
			at++;
	} while (at == source->end && read_more(source));
	return at < source->end && (*at == '{' || *at == ']');
}

/* Tell whether nothing but blanks stands between two places. */
static bool
is_blank(const char *at, const char *end)
{
	while (at < end && isspace((unsigned char) *at))
		at++;
	return at == end;
}

/*
 * Give the next text that should be an event, which stays in place until the
 * next call.  False at the end.
 */
bool
event_source_next(EventSource *source, const char **text, int *len)
{
	const char *end;
	const char *line;

	CHECK_FOR_INTERRUPTS();
	for (;;)
	{
		if (!skip_blanks(source))
			return false;
		if (source->in_list && *source->at == ']')
			source->in_list = false;
		else if (!source->in_list && begins_list(source))
			source->in_list = true;
		else if (source->end - source->at >= 3 &&
				 memcmp(source->at, "\xEF\xBB\xBF", 3) == 0)
			source->at += 2; /* a byte order mark */
		else
			break;
		source->at++;
	}

	if (source->in_list && end_of_value(source, true, &end))
		;
	else
	{
		source->in_list = false;
		line = end_of_line(source);
		if (*source->at != '{' ||
			find_end(source->at, line, false, &end) != SPAN_UNFINISHED ||
			!end_of_value(source, false, &end))
			end = end_of_line(source);
		else if (!is_blank(end, Min(source->end, end + 1)))
			end = end_of_line(source);
	}
	*text = source->at;
	*len = end - source->at;
	while (*len > 0 && isspace((unsigned char) (*text)[*len - 1]))
		(*len)--;
	source->at = end;
	return true;
}
