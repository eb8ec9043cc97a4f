/*
 * recon.c
 *		Reconciliations: the events of a run in their three sections.  It
 *		knows the topic "recon" and its members, and leaves the rest to
 *		query.c.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type_d.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "query.h"

/* the sections of a run, in their order */
static const char *const sections[] = {"start", "result", "summary"};

/* Open the stream that the arguments of recon_entries ask for. */
static EventStream *
open_entries(FunctionCallInfo fcinfo)
{
	TopicQuery *query;
	AttrNumber	tag;
	char	   *entry_type;
	char	   *section;

	query = topic_query(cstring_to_text("recon"), NULL,
						PG_ARGISNULL(2) || PG_GETARG_BOOL(2));
	entry_type = topic_query_column(query, "entryType");
	section = psprintf("CASE WHEN %s OPERATOR(pg_catalog.=) 'start' THEN 0 "
					   "WHEN %s OPERATOR(pg_catalog.=) 'summary' THEN 2 "
					   "ELSE 1 END",
					   entry_type, entry_type);
	tag = topic_query_add(query, section);
	topic_query_from(query);

	appendStringInfo(&query->sql, " WHERE %s OPERATOR(pg_catalog.=) ",
					 topic_query_column(query, "reconId"));
	topic_query_parameter(query, TEXTOID, PG_GETARG_DATUM(0), PG_ARGISNULL(0));
	if (!PG_ARGISNULL(1))
	{
		appendStringInfo(&query->sql,
						 " AND (%s OPERATOR(pg_catalog.<>) 1 OR "
						 "%s OPERATOR(pg_catalog.=) ",
						 section, topic_query_column(query, "situation"));
		topic_query_parameter(query, TEXTOID, PG_GETARG_DATUM(1), false);
		appendStringInfoChar(&query->sql, ')');
	}
	appendStringInfo(&query->sql, " ORDER BY %s, %s, %s", section,
					 topic_query_column(query, "timestamp"),
					 topic_query_column(query, "_id"));
	return event_stream_open(query, tag);
}

PG_FUNCTION_INFO_V1(recon_entries);

/* recon_entries(recon_id, situation, formatted) -> table(section, event) */
Datum
recon_entries(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	Datum			 values[2];
	bool			 nulls[2] = {false, false};
	int				 section;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext old;

		call = SRF_FIRSTCALL_INIT();
		old = MemoryContextSwitchTo(call->multi_call_memory_ctx);
		if (get_call_result_type(fcinfo, NULL, &call->tuple_desc) !=
			TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");
		call->tuple_desc = BlessTupleDesc(call->tuple_desc);
		call->user_fctx = open_entries(fcinfo);
		event_stream_close_with(call->user_fctx, fcinfo);
		MemoryContextSwitchTo(old);
	}
	call = SRF_PERCALL_SETUP();
	if (event_stream_next(call->user_fctx, &values[1], &section))
	{
		values[0] = CStringGetTextDatum(sections[section]);
		SRF_RETURN_NEXT(call, HeapTupleGetDatum(heap_form_tuple(
								  call->tuple_desc, values, nulls)));
	}
	event_stream_done(call->user_fctx, fcinfo);
	SRF_RETURN_DONE(call);
}
