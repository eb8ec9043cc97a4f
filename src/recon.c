/*
 * recon.c
 *		Reconciliations: the events of a run in their three sections.  It
 *		knows the topic "recon" and its members, and leaves the rest to
 *		query.c.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type_d.h"
#include "common/hashfn.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "cookie.h"
#include "query.h"
#include "recon.h"
#include "response.h"

/* the sections of a run, in their order */
static const char *const sections[] = {"start", "result", "summary"};

/*
 * Start a question about events in their sections: gives the query, as far as
 * its FROM clause, with the expression of the section and its place.
 */
static TopicQuery *
sections_query(text *topic, const char *fields, bool formatted, char **section,
			   AttrNumber *tag)
{
	TopicQuery *query = topic_query(topic, fields, formatted);
	char	   *entry_type = topic_query_column(query, "entryType");

	*section = psprintf("CASE WHEN %s OPERATOR(pg_catalog.=) 'start' THEN 0 "
						"WHEN %s OPERATOR(pg_catalog.=) 'summary' THEN 2 "
						"ELSE 1 END",
						entry_type, entry_type);
	*tag = topic_query_add(query, *section);
	topic_query_from(query);
	return query;
}

/* Run the question in the order of the sections. */
static EventStream *
open_sections(TopicQuery *query, const char *section, AttrNumber tag)
{
	appendStringInfo(&query->sql, " ORDER BY %s, %s, %s", section,
					 topic_query_column(query, "timestamp"),
					 topic_query_column(query, "_id"));
	return event_stream_open(query, tag);
}

/* Open the stream that the arguments of recon_entries ask for. */
static EventStream *
open_entries(FunctionCallInfo fcinfo)
{
	AttrNumber	tag;
	char	   *section;
	TopicQuery *query =
		sections_query(cstring_to_text("recon"), NULL,
					   PG_ARGISNULL(2) || PG_GETARG_BOOL(2), &section, &tag);

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
	return open_sections(query, section, tag);
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

/*
 * Append the events that match a request's filter as one object.  Of several
 * starts it has the first, of several summaries the last.
 */
void
recon_print_grouped(const PageRequest *request, StringInfo out)
{
	AttrNumber	 tag;
	char		*section;
	TopicQuery	*query = sections_query(request->topic, request->fields,
										request->formatted, &section, &tag);
	EventStream *stream;
	Datum		 event;
	int			 in = 0;	  /* the section whose events are being written */
	int			 n = 0;		  /* how many of it are */
	int			 summary = 0; /* where in the answer the summary begins */
	int			 next;
	/* what ends a section and begins the next */
	static const char *const bridges[] = {",\"result\":[", "],\"summary\":"};

	topic_query_matches(
		query, request->filter_type,
		(NullableDatum){request->filter, request->filter_isnull},
		(NullableDatum){BoolGetDatum(request->ignore_case), false});
	stream = open_sections(query, section, tag);

	response_append(out, "{\"start\":", strlen("{\"start\":"));
	for (;;)
	{
		bool more = event_stream_next(stream, &event, &next);

		for (; in < (more ? next : 2); in++, n = 0)
		{
			if (in == 0 && n == 0)
				response_append(out, "null", 4);
			response_append(out, bridges[in], strlen(bridges[in]));
			summary = out->len;
		}
		if (!more)
			break;
		if (n > 0 && in == 0)
			continue;
		if (in == 2)
			out->len = summary;
		else if (n > 0)
			response_append(out, ",", 1);
		n++;
		response_append(out, VARDATA_ANY(event), VARSIZE_ANY_EXHDR(event));
	}
	if (n == 0)
		response_append(out, "null", 4);
	response_append(out, "}", 1);
	event_stream_close(stream);
}

PG_FUNCTION_INFO_V1(recon_grouped);

/* recon_grouped(recon_id) -> json */
Datum
recon_grouped(PG_FUNCTION_ARGS)
{
	char		  *tokens[] = {"reconId"};
	FilterNode	   run = {.kind = FILTER_COMPARE,
						  .ntokens = lengthof(tokens),
						  .tokens = tokens,
						  .op = FILTER_EQ,
						  .valuekind = FILTER_STRING};
	PageRequest	   request = {.filter_type = filter_type_oid(),
							  .formatted = true};
	StringInfoData filter;
	StringInfoData out;

	run.value = text_to_cstring(PG_GETARG_TEXT_PP(0));
	initStringInfo(&filter);
	filter_print(&run, &filter);
	request.topic = cstring_to_text("recon");
	request.filter = filter_read(filter.data);
	initStringInfo(&out);
	recon_print_grouped(&request, &out);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

/*
 * The order of runs in recon_runs(), for cookies: when they started, which is
 * not known of all, and their ids.
 */
static List *
run_order(void)
{
	static const OrderKey started = {.type = TIMESTAMPTZOID};
	static const OrderKey recon_id = {.type = TEXTOID, .not_null = true};

	return list_make2((void *) &started, (void *) &recon_id);
}

/* Give the number by which a cookie knows the runs that match a filter. */
static uint64
runs_number(FunctionCallInfo fcinfo)
{
	static const char topic[] = "recon_runs ";
	StringInfoData	  all;

	initStringInfo(&all);
	appendStringInfoString(&all, topic);
	/* a filter is its canonical text */
	if (!PG_ARGISNULL(0))
		appendStringInfoString(&all, text_to_cstring(PG_GETARG_TEXT_PP(0)));
	return hash_bytes_extended((unsigned char *) all.data, all.len, 0);
}

PG_FUNCTION_INFO_V1(recon_cookie);

/* recon_cookie(filter, started, recon_id) -> text */
Datum
recon_cookie(PG_FUNCTION_ARGS)
{
	Datum values[] = {PG_GETARG_DATUM(1), PG_GETARG_DATUM(2)};
	bool  isnull[] = {PG_ARGISNULL(1), PG_ARGISNULL(2)};

	PG_RETURN_TEXT_P(cstring_to_text(
		cookie_make(runs_number(fcinfo), run_order(), values, isnull)));
}

PG_FUNCTION_INFO_V1(recon_page);

/* recon_page(filter, cookie) -> (is_first, started, recon_id) */
Datum
recon_page(PG_FUNCTION_ARGS)
{
	TupleDesc desc;
	Datum	  values[3];
	bool	  nulls[3] = {false, true, true};
	char	 *cookie =
		PG_ARGISNULL(1) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(1));

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[0] = BoolGetDatum(*cookie == '\0');
	if (*cookie != '\0')
		cookie_read(cookie, runs_number(fcinfo), run_order(), &values[1],
					&nulls[1]);
	PG_RETURN_DATUM(HeapTupleGetDatum(
		heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

PG_FUNCTION_INFO_V1(checked_page_size);

/* page_size(page_size) -> integer */
Datum
checked_page_size(PG_FUNCTION_ARGS)
{
	topic_query_check_page("page_size", PG_GETARG_INT32(0), 1);
	PG_RETURN_INT32(PG_GETARG_INT32(0));
}
