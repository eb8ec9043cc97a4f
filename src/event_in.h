/*
 * event_in.h
 *		The texts of events as rows of their topic's table.
 */
#ifndef SYNCLOG_EVENT_IN_H
#define SYNCLOG_EVENT_IN_H

#include "access/htup.h"
#include "datatype/timestamp.h"
#include "utils/relcache.h"

#include "event_text.h"

/* an event's _id in bytes; longer ones are rejected */
#define EVENT_MAX_ID 1000

typedef struct EventReader EventReader;

/* An event that was read; all of it is in the memory of the call. */
typedef struct Event
{
	StringInfoData text;   /* as it came, without blanks and credentials */
	char		  *reason; /* why it is no event of this table, or NULL */
	bool		withheld;  /* its text may hold credentials and is not kept */
	bool		response;  /* a server's answer with events in it */
	bool		late;	   /* its time is that of its receipt */
	char	   *id;
	TimestampTz timestamp;
	HeapTuple	tuple;
} Event;

extern EventReader *event_reader_create(Relation relation);
extern void			event_reader_forget(EventReader *reader);
extern void event_reader_set_tenant(EventReader *reader, const char *tenant);
extern bool event_read(EventReader *reader, const char *text, int len,
					   TimestampTz received, Event *event);

#endif /* SYNCLOG_EVENT_IN_H */
