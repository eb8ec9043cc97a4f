/*
 * query.h
 *		Events of a topic as a stream: what query, read and the recon
 *		functions are made of.
 */
#ifndef SYNCLOG_QUERY_H
#define SYNCLOG_QUERY_H

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "nodes/params.h"

#include "event_out.h"

/* A SELECT from a topic's table, which is called t in it. */
typedef struct TopicQuery
{
	char		  *relation; /* for messages */
	TupleDesc	   desc;
	RowShape	   shape;
	EventPrinter  *printer;
	StringInfoData sql;
	int			   ncolumns; /* of the SELECT list */
	Oid			   types[4]; /* of its parameters */
	ParamListInfo  params;
} TopicQuery;

typedef struct EventStream EventStream;

extern TopicQuery *topic_query(text *topic, const char *fields,
							   bool formatted);
extern char		  *topic_query_column(TopicQuery *query, const char *member);
extern AttrNumber  topic_query_add(TopicQuery *query, const char *expression);
extern void		   topic_query_from(TopicQuery *query);
extern void topic_query_parameter(TopicQuery *query, Oid type, Datum value,
								  bool isnull);
extern void topic_query_order(TopicQuery *query, const char *sort_keys);

extern EventStream *event_stream_open(TopicQuery *query, AttrNumber tag);
extern bool event_stream_next(EventStream *stream, Datum *event, int *tag);
extern void event_stream_close(EventStream *stream);
extern void event_stream_close_with(EventStream		*stream,
									FunctionCallInfo fcinfo);
extern bool event_read(text *topic, Datum id, const char *fields,
					   bool formatted, StringInfo out);
extern void event_stream_done(EventStream *stream, FunctionCallInfo fcinfo);

#endif /* SYNCLOG_QUERY_H */
