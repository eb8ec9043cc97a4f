/*
 * event_text.h
 *		The text of events before a parser reads it.
 */
#ifndef SYNCLOG_EVENT_TEXT_H
#define SYNCLOG_EVENT_TEXT_H

#include "lib/stringinfo.h"

/* objects and lists in each other that an event may have */
#define EVENT_MAX_DEPTH 512

/* What a text was found to hold. */
typedef struct EventFacts
{
	int	  depth;	  /* the deepest nesting */
	int64 members;	  /* names in all objects together */
	bool  inexact;	  /* has what only its text can tell exactly */
	bool  huge;		  /* has numbers beyond type numeric */
	bool  unparsable; /* event_text_for_parser is needed */
	bool  masked;	  /* credentials were replaced */
} EventFacts;

/* setting synclog.secret_headers */
extern char *event_secret_headers;

extern void	 event_text_clean(const char *text, int len, StringInfo out,
							  EventFacts *facts);
extern void	 event_text_for_parser(const char *text, int len, StringInfo out);
extern char *event_text_error(const char *text, int len,
							  const EventFacts *facts);
extern bool	 event_text_names_secret(const char *text, int len);

#endif /* SYNCLOG_EVENT_TEXT_H */
