/*
 * page.c
 *		A page of events as one JSON value, in CREST's envelope.  It knows
 *		neither how a query is written and run, nor what a cookie looks like.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "cookie.h"
#include "order.h"
#include "page.h"
#include "query.h"
#include "response.h"
#include "tenant.h"
#include "topic.h"

static const char *const policy_names[] = {"NONE", "ESTIMATE", "EXACT"};

/* What is counted; -1 is unknown. */
typedef struct PageTotals
{
	int64 total;
	int64 remaining;
} PageTotals;

/* Give the policy of a name. */
TotalPolicy
total_policy_of(const char *name)
{
	for (int i = 0; i < lengthof(policy_names); i++)
	{
		if (pg_strcasecmp(name, policy_names[i]) == 0)
			return i;
	}
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("unknown policy \"%s\" for the total", name),
					errhint("The policies are NONE, ESTIMATE and EXACT.")));
}

/* Tell whether a page is not the first; clients send "" for that one. */
static bool
has_cookie(const PageRequest *request)
{
	return request->cookie && *request->cookie != '\0';
}

/* Write the WHERE clause of a request, without where the page begins. */
static void
append_matches(TopicQuery *query, const PageRequest *request)
{
	topic_query_matches(
		query, request->filter_type,
		(NullableDatum){request->filter, request->filter_isnull},
		(NullableDatum){BoolGetDatum(request->ignore_case), false});
}

/*
 * Give the number by which a cookie knows its query: what must be the same
 * from page to page.  Fields, page size, format and policy need not be.
 */
static uint64
query_number(const PageRequest *request, List *keys)
{
	StringInfoData all;
	ListCell	  *lc;

	initStringInfo(&all);
	appendStringInfo(&all, "1 %s %d", text_to_cstring(request->topic),
					 request->ignore_case);
	foreach (lc, keys)
	{
		OrderKey *key = lfirst(lc);

		appendStringInfo(&all, ",%s %u%s", key->expression, key->type,
						 key->descending ? " DESC" : "");
	}
	/* a filter is its canonical text */
	if (!request->filter_isnull)
		appendStringInfo(&all, " WHERE %s",
						 text_to_cstring(DatumGetTextPP(request->filter)));
	return hash_bytes_extended((unsigned char *) all.data, all.len, 0);
}

/* Count the events of a query, and those after a page's last event. */
static PageTotals
count_exactly(const TopicQuery *page, const PageRequest *request, List *keys,
			  const PageEnd *end)
{
	TopicQuery query = *page;
	PageTotals totals = {-1, 0};
	Oid		  *types;
	Datum	  *values;
	char	  *nulls;
	int		   nparameters;
	bool	   isnull;

	initStringInfo(&query.sql);
	query.parameters = NIL;
	appendStringInfoString(&query.sql, "SELECT pg_catalog.count(*)");
	if (end->more)
	{
		appendStringInfoString(&query.sql,
							   ", pg_catalog.count(*) FILTER (WHERE ");
		topic_order_after(
			&query, keys, 0,
			topic_order_bind(&query, keys, end->values, end->isnull));
		appendStringInfoChar(&query.sql, ')');
	}
	topic_query_from(&query);
	append_matches(&query, request);

	nparameters = list_length(query.parameters);
	types = palloc(nparameters * sizeof(Oid));
	values = palloc(nparameters * sizeof(Datum));
	nulls = palloc(nparameters);
	for (int i = 0; i < nparameters; i++)
	{
		ParamExternData *param = list_nth(query.parameters, i);

		types[i] = param->ptype;
		values[i] = param->value;
		nulls[i] = param->isnull ? 'n' : ' ';
	}
	SPI_connect();
	if (SPI_execute_with_args(query.sql.data, nparameters, types, values,
							  nulls, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not count events");
	totals.total = DatumGetInt64(SPI_getbinval(
		SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	if (end->more)
		totals.remaining = DatumGetInt64(SPI_getbinval(
			SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull));
	SPI_finish();
	return totals;
}

/*
 * Give the planner's estimate of how many events a query has.  It goes by all
 * rows, so that who may not see all of them learns nothing: -1.
 */
static int64
estimate(const TopicQuery *page, const PageRequest *request)
{
	TopicQuery query = *page;

	if (tenant_hides_rows(topic_relation(text_to_cstring(request->topic))))
		return -1;
	initStringInfo(&query.sql);
	query.parameters = NIL;
	appendStringInfoString(&query.sql, "SELECT");
	topic_query_from(&query);
	append_matches(&query, request);
	return (int64) Min(topic_query_plan(&query)->planTree->plan_rows, 1e18);
}

/* Count as the policy of a request says. */
static PageTotals
count_events(const TopicQuery *query, const PageRequest *request, List *keys,
			 const PageEnd *end, int64 count)
{
	PageTotals totals = {-1, -1};
	bool	   is_all =
		!end->more && !has_cookie(request) && request->page_offset == 0;

	if (request->total_policy == TOTAL_EXACT)
	{
		if (!is_all)
			return count_exactly(query, request, keys, end);
		totals.remaining = 0;
	}
	if (request->total_policy != TOTAL_NONE)
		totals.total = is_all ? count : estimate(query, request);
	return totals;
}

/* Append the events of a page, and give how many there are. */
static int64
append_events(TopicQuery *query, PageEnd *end, StringInfo out)
{
	EventStream *stream = event_stream_open(query, 0);
	int64		 count = 0;
	Datum		 event;

	event_stream_end_page(stream, end);
	while (event_stream_next(stream, &event, NULL))
	{
		text *json = DatumGetTextPP(event);

		CHECK_FOR_INTERRUPTS();
		if (count++ > 0)
			response_append(out, ",", 1);
		response_append(out, VARDATA_ANY(json), VARSIZE_ANY_EXHDR(json));
	}
	event_stream_close(stream);
	return count;
}

/*
 * Refuse to go on after an event that lacks a key of a NOT NULL column: nobody
 * enforces that of foreign tables, and the planner believes it.
 */
static void
check_end(const PageEnd *end, List *keys)
{
	for (int i = 0; end->more && i < end->ncolumns; i++)
	{
		OrderKey *key = list_nth(keys, i);

		if (end->isnull[i] && key->not_null)
			ereport(ERROR,
					(errcode(ERRCODE_NOT_NULL_VIOLATION),
					 errmsg("sort key %s is null", key->expression),
					 errdetail("Its column is declared NOT NULL."),
					 errhint("Drop NOT NULL where a foreign server does not "
							 "keep to it.")));
	}
}

/* Append the members of the envelope that follow the events. */
static void
append_envelope(const PageRequest *request, int64 count, const char *cookie,
				const PageTotals *totals, StringInfo out)
{
	const char	  *quote = cookie ? "\"" : "";
	StringInfoData members;

	initStringInfo(&members);
	appendStringInfo(
		&members,
		",\"resultCount\":" INT64_FORMAT ",\"pagedResultsCookie\":", count);
	appendStringInfo(&members, "%s%s%s", quote, cookie ? cookie : "null",
					 quote);
	appendStringInfo(&members,
					 ",\"totalPagedResultsPolicy\":\"%s\""
					 ",\"totalPagedResults\":" INT64_FORMAT
					 ",\"remainingPagedResults\":" INT64_FORMAT,
					 policy_names[request->total_policy], totals->total,
					 totals->remaining);
	response_append(out, members.data, members.len);
}

/*
 * Write the SELECT of a page.  One event more than the page has is asked for,
 * to know whether it is the last one.
 */
static void
write_query(TopicQuery *query, const PageRequest *request, List *keys,
			uint64 number, PageEnd *end)
{
	char	 *limit = "";
	ListCell *lc;

	end->first = query->ncolumns + 1;
	end->ncolumns = list_length(keys);
	end->values = palloc(end->ncolumns * sizeof(Datum));
	end->isnull = palloc(end->ncolumns * sizeof(bool));
	foreach (lc, keys)
		topic_query_add(query, ((OrderKey *) lfirst(lc))->expression);
	topic_query_from(query);
	append_matches(query, request);
	if (request->page_size > 0)
	{
		end->size = request->page_size;
		limit = psprintf(" LIMIT " INT64_FORMAT, end->size + 1);
	}

	if (!has_cookie(request))
	{
		topic_order_by(query, keys, 0);
		appendStringInfo(&query->sql, "%s OFFSET %d", limit,
						 request->page_offset);
		return;
	}
	if (request->page_offset > 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a cookie and an offset exclude each other"),
						errhint("Leave out one of them.")));
	cookie_read(request->cookie, number, keys, end->values, end->isnull);
	topic_order_continue(
		query, keys, end->first,
		topic_order_bind(query, keys, end->values, end->isnull), limit);
}

/* Append the answer to a request. */
void
page_print(const PageRequest *request, StringInfo out)
{
	TopicQuery *query =
		topic_query(request->topic, request->fields, request->formatted);
	List	   *keys = topic_order(query, request->sort_keys);
	uint64		number = query_number(request, keys);
	PageEnd		end = {PG_INT64_MAX};
	PageTotals	totals;
	int64		count;
	const char *start =
		request->form == PAGE_ENTRIES ? "{\"entries\":[" : "{\"result\":[";

	topic_query_check_page("page_size", request->page_size, 0);
	topic_query_check_page("page_offset", request->page_offset, 0);
	write_query(query, request, keys, number, &end);

	response_append(out, start, strlen(start));
	count = append_events(query, &end, out);
	response_append(out, "]", 1);
	if (request->form == PAGE_ENVELOPE)
	{
		check_end(&end, keys);
		totals = count_events(query, request, keys, &end, count);
		append_envelope(request, count,
						end.more
							? cookie_make(number, keys, end.values, end.isnull)
							: NULL,
						&totals, out);
	}
	response_append(out, "}", 1);
}

/* Give a text argument, or NULL. */
static char *
text_argument(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(n));
}

PG_FUNCTION_INFO_V1(query_page);

/* query_page(topic, filter, fields, ...) -> json */
Datum
query_page(PG_FUNCTION_ARGS)
{
	PageRequest	   request = {0};
	char		  *policy = text_argument(fcinfo, 9);
	StringInfoData out;
	Oid			  *argtypes;
	int			   nargs;

	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("topic must not be null")));
	request.topic = PG_GETARG_TEXT_PP(0);
	get_func_signature(fcinfo->flinfo->fn_oid, &argtypes, &nargs);
	request.filter_type = argtypes[1];
	request.filter = PG_GETARG_DATUM(1);
	/* NULL for either is no event, as in matches() */
	request.filter_isnull = PG_ARGISNULL(1) || PG_ARGISNULL(6);
	request.fields = text_argument(fcinfo, 2);
	request.sort_keys = text_argument(fcinfo, 3);
	if (!PG_ARGISNULL(4))
	{
		request.page_size = PG_GETARG_INT32(4);
		topic_query_check_page("page_size", request.page_size, 1);
	}
	request.page_offset = PG_ARGISNULL(5) ? 0 : PG_GETARG_INT32(5);
	request.ignore_case = !PG_ARGISNULL(6) && PG_GETARG_BOOL(6);
	request.formatted = PG_ARGISNULL(7) || PG_GETARG_BOOL(7);
	request.cookie = text_argument(fcinfo, 8);
	request.total_policy = policy ? total_policy_of(policy) : TOTAL_NONE;

	initStringInfo(&out);
	appendStringInfoSpaces(&out, VARHDRSZ);
	page_print(&request, &out);
	SET_VARSIZE(out.data, out.len);
	PG_RETURN_POINTER(out.data);
}
