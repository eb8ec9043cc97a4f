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
#include "nodes/plannodes.h"

#include "event_csv.h"
#include "event_out.h"

/* A SELECT from a topic's table, which is called t in it. */
typedef struct TopicQuery
{
	char	 *relation; /* for messages */
	char	 *tenant;	/* whose events alone the user sees; NULL: several' */
	TupleDesc desc;
	RowShape  shape;
	EventPrinter  *printer;
	CsvPrinter	  *csv; /* NULL: the events come as JSON */
	StringInfoData sql;
	int			   ncolumns; /* of the SELECT list */
	List *parameters;		 /* of ParamExternData, constants to the planner */
} TopicQuery;

/* Where a page of events ends. */
typedef struct PageEnd
{
	int64	   size;  /* after how many events */
	AttrNumber first; /* these columns of the last one are kept */
	int		   ncolumns;
	Datum	  *values;
	bool	  *isnull;
	bool	   more; /* an event comes after it, which is not printed */
} PageEnd;

typedef struct EventStream EventStream;

/* Opens the stream that a function's arguments ask for. */
typedef EventStream *(*EventStreamOpen)(FunctionCallInfo fcinfo);

extern TopicQuery *topic_query(text *topic, const char *fields,
							   bool formatted);
extern TopicQuery *topic_query_asked(FunctionCallInfo fcinfo, bool formatted,
									 NullableDatum ignore_case);
extern char		  *topic_query_column(TopicQuery *query, const char *member);
extern AttrNumber  topic_query_add(TopicQuery *query, const char *expression);
extern void		   topic_query_from(TopicQuery *query);
extern int		   topic_query_bind(TopicQuery *query, Oid type, Datum value,
									bool isnull);
extern void topic_query_parameter(TopicQuery *query, Oid type, Datum value,
								  bool isnull);
extern void topic_query_matches(TopicQuery *query, Oid filter_type,
								NullableDatum filter,
								NullableDatum ignore_case);
extern void topic_query_check_page(const char *argument, int32 value,
								   int32 least);
extern PlannedStmt *topic_query_plan(TopicQuery *query);

extern EventStream *event_stream_open(TopicQuery *query, AttrNumber tag);
extern void			event_stream_end_page(EventStream *stream, PageEnd *end);
extern bool	 event_stream_next(EventStream *stream, Datum *event, int *tag);
extern void	 event_stream_close(EventStream *stream);
extern void	 event_stream_close_with(EventStream	 *stream,
									 FunctionCallInfo fcinfo);
extern bool	 topic_read(text *topic, Datum id, const char *fields,
						bool formatted, StringInfo out);
extern void	 event_stream_done(EventStream *stream, FunctionCallInfo fcinfo);
extern Datum event_stream_srf(FunctionCallInfo fcinfo, EventStreamOpen open);

#endif /* SYNCLOG_QUERY_H */
