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

extern void event_source_text(EventSource *source, const char *text, int len);
extern void event_source_file(EventSource *source, FILE *file,
							  const char *path);
extern bool event_source_next(EventSource *source, const char **text,
							  int *len);

#endif /* SYNCLOG_EVENT_SPLIT_H */
