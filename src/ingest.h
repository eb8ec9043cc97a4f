/*
 * ingest.h
 *		Storing events, a batch at a time.
 */
#ifndef SYNCLOG_INGEST_H
#define SYNCLOG_INGEST_H

#include "datatype/timestamp.h"
#include "event_in.h"
#include "executor/spi.h"

#define INGEST_BATCH 1000
#define INGEST_BATCH_BYTES (4 * 1024 * 1024)

/* Storing in progress, in a memory context of its own. */
typedef struct Ingest
{
	char		 *topic;
	char		 *table; /* as SQL names it */
	Oid			  relid;
	uint64		  shape;	/* changes with the table's columns */
	bool		  strict;	/* what cannot be stored is an error */
	bool		  may_read; /* the user may see what is there already */
	bool		  hidden;	/* but for rows that a policy hides */
	char		 *tenant;	/* whose events; NULL: the column's default */
	TimestampTz	  received;
	bool		  withhold; /* what is rejected may go on with a credential */
	MemoryContext cxt;
	MemoryContext batch;
	EventReader	 *reader;
	Oid			  array_type;
	SPIPlanPtr	  insert;
	SPIPlanPtr	  differing;
	SPIPlanPtr	  known;
	SPIPlanPtr	  reject;
	MemoryContextCallback callback;

	/* the batch */
	int	  n;
	Size  bytes;
	int	  nlate;
	Event events[INGEST_BATCH];

	/* what became of all that was read */
	int64 stored;
	int64 duplicates;
	int64 rejected;
	char *unkept; /* first reason of what nothing could keep */
	int64 nunkept;
} Ingest;

extern void	   ingest_prepare(Ingest *ingest, Relation relation);
extern void	   ingest_prepare_reject(Ingest *ingest, Oid rejected);
extern Ingest *ingest_begin(const char *topic, Oid relid, bool strict);
extern bool	   ingest_resume(Ingest *ingest);
extern char	  *ingest_event(Ingest *ingest, const char *text, int len);
extern void	   ingest_unreadable(Ingest *ingest, const char *reason,
								 const char *text, int len, bool withhold);
extern void	   ingest_flush(Ingest *ingest);
extern void	   ingest_warn(Ingest *ingest);
extern void	   event_refuse(const Event *event);

#endif /* SYNCLOG_INGEST_H */
