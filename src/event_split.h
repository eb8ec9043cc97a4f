/*
 * event_split.h
 *		The events in a text or a file, one after the other.
 */
#ifndef SYNCLOG_EVENT_SPLIT_H
#define SYNCLOG_EVENT_SPLIT_H

#include "lib/stringinfo.h"

/* Texts of events: what is in memory, and where the rest comes from. */
typedef struct EventSource
{
	const char	  *at;
	const char	  *end;
	FILE		  *file; /* NULL: all is in memory */
	const char	  *path;
	StringInfoData buffer; /* what was read of the file */
	bool		   in_list;
} EventSource;

/* A member of an object, in its text. */
typedef struct TextMember
{
	const char *start; /* its name's opening quote */
	const char *name;  /* without escapes; NULL with \u0000, as none has */
	int			name_len;
	const char *value;
	int			value_len;
} TextMember;

extern void event_source_text(EventSource *source, const char *text, int len);
extern void event_source_file(EventSource *source, FILE *file,
							  const char *path);
extern bool event_source_next(EventSource *source, const char **text,
							  int *len);
extern bool event_text_next(const char **at, const char *limit,
							TextMember *member);
extern bool event_text_is(const TextMember *member, const char *name);
extern bool event_text_member(const char *text, int len, const char *name,
							  const char **value, int *value_len);

#endif /* SYNCLOG_EVENT_SPLIT_H */
