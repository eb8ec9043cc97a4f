/*
 * export.c
 *		Events of a topic for files: JSON Lines, and CSV.  It asks; how events
 *		become lines and records is none of this file's business.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "utils/builtins.h"

#include "order.h"
#include "query.h"

/* Write the condition that an event was after or before an instant, if any. */
static void
append_bound(TopicQuery *query, const char *operator, NullableDatum instant)
{
	if (instant.isnull)
		return;
	appendStringInfo(&query->sql, " AND %s OPERATOR(pg_catalog.%s) ",
					 topic_query_column(query, "timestamp"), operator);
	topic_query_parameter(query, TIMESTAMPTZOID, instant.value, false);
}

/* Start the question that the arguments of an export ask. */
static TopicQuery *
export_query(FunctionCallInfo fcinfo)
{
	NullableDatum ignore_case = {BoolGetDatum(false), false};
	TopicQuery	 *query = topic_query_asked(fcinfo, false, ignore_case);

	append_bound(query, ">", fcinfo->args[3]);
	append_bound(query, "<", fcinfo->args[4]);
	topic_order_by(
		query,
		topic_order(query, PG_ARGISNULL(5)
							   ? NULL
							   : text_to_cstring(PG_GETARG_TEXT_PP(5))),
		0);
	return query;
}

/* Open the stream that the arguments of export_json ask for. */
static EventStream *
open_json(FunctionCallInfo fcinfo)
{
	return event_stream_open(export_query(fcinfo), 0);
}

/* Open the stream that the arguments of export_csv ask for. */
static EventStream *
open_csv(FunctionCallInfo fcinfo)
{
	TopicQuery *query = export_query(fcinfo);

	query->csv = csv_printer(
		query->printer,
		PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2)),
		!PG_ARGISNULL(6) && PG_GETARG_BOOL(6));
	return event_stream_open(query, 0);
}

PG_FUNCTION_INFO_V1(export_json);

/* export_json(topic, filter, fields, after, ...) -> setof text */
Datum
export_json(PG_FUNCTION_ARGS)
{
	return event_stream_srf(fcinfo, open_json);
}

PG_FUNCTION_INFO_V1(export_csv);

/* export_csv(topic, filter, fields, after, ...) -> setof text */
Datum
export_csv(PG_FUNCTION_ARGS)
{
	return event_stream_srf(fcinfo, open_csv);
}
