/*
 * crest.c
 *		Answers to the requests of IDM servers: /audit and /recon.  It knows
 *		their parameters; how events are found and printed is left to others.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "utils/builtins.h"

#include "compat.h"
#include "fields.h"
#include "named_query.h"
#include "query.h"
#include "recon.h"
#include "request.h"
#include "response.h"
#include "topic.h"

/* how many runs GET /recon gives: the servers' openidm.recon.maxcompletedruns
 */
#define MAX_RUNS 100

/* Answer GET /audit/<topic>. */
void
answer_query(const Request *request, StringInfo out)
{
	const char *topic = request->segments[1];
	const char *id = request->values[QUERY_ID];
	NamedQuery	query = {.answer = ANSWER_PAGE};
	PageRequest page = {.filter_type = filter_type_oid()};

	topic_relation(topic);
	if (id && request->values[QUERY_FILTER])
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("_queryFilter and _queryId exclude each "
							   "other")));
	if (id)
	{
		query = *named_query_find(id, topic);
		page.filter = named_query_filter(&query, request->url->parameters,
										 request->url->nparameters);
	}
	else
		page.filter = filter_read(request->values[QUERY_FILTER]
									  ? request->values[QUERY_FILTER]
									  : "true");

	page.topic = cstring_to_text(topic);
	page.formatted = request_bool(request, FORMATTED, true);
	page.fields =
		request->values[FIELDS] ? request->values[FIELDS] : query.fields;
	page.sort_keys = request->values[SORT_KEYS] ? request->values[SORT_KEYS]
												: query.sort_keys;
	page.cookie = request->values[PAGED_RESULTS_COOKIE];
	page.page_size = request_count(request, PAGE_SIZE, query.page_size);
	page.page_offset = request_count(request, PAGED_RESULTS_OFFSET, 0);
	if (request->values[TOTAL_PAGED_RESULTS_POLICY])
		page.total_policy =
			total_policy_of(request->values[TOTAL_PAGED_RESULTS_POLICY]);

	if (query.answer == ANSWER_GROUPED && page.formatted && !request->paged &&
		request->values[SORT_KEYS] == NULL)
	{
		recon_print_grouped(&page, out);
		return;
	}
	if (id == NULL && request->values[QUERY_FILTER] == NULL)
		page.form = PAGE_ENTRIES;
	else if (query.answer == ANSWER_PAGE || request->paged)
		page.form = PAGE_ENVELOPE;
	else
		page.form = PAGE_RESULT;
	page_print(&page, out);
}

/* Answer GET /audit/<topic>/<_id>. */
void
answer_read(const Request *request, StringInfo out)
{
	StringInfoData event;

	initStringInfo(&event);
	if (!topic_read(cstring_to_text(request->segments[1]),
					CStringGetTextDatum(request->segments[2]),
					request->values[FIELDS],
					request_bool(request, FORMATTED, true), &event))
		ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND),
						errmsg("event \"%s\" does not exist in topic \"%s\"",
							   fields_shown(request->segments[2]),
							   fields_shown(request->segments[1]))));
	response_append(out, event.data, event.len);
}

/* Append the fields of a report that are wanted. */
static void
append_report(StringInfo out, text *report, const void *fields)
{
	StringInfoData cut;

	initStringInfo(&cut);
	fields_cut(VARDATA_ANY(report), VARSIZE_ANY_EXHDR(report), fields, NULL,
			   &cut);
	response_append(out, cut.data, cut.len);
}

/* Append what the servers report of a run, or of the newest runs. */
static uint64
append_recons(const Request *request, const char *recon_id, StringInfo out)
{
	Oid	  types[] = {TEXTOID, INT4OID};
	Datum args[] = {recon_id ? CStringGetTextDatum(recon_id) : (Datum) 0,
					Int32GetDatum(MAX_RUNS)};
	char	   nulls[] = {recon_id ? ' ' : 'n', ' ', '\0'};
	FieldTree *fields = NULL;

	if (request->values[FIELDS])
		fields = fields_tree(request->values[FIELDS], NULL, NULL);
	return response_append_rows(
		"SELECT r FROM synclog.recon_reported($1, $2) r", lengthof(args),
		types, args, nulls, append_report, fields, ",", out);
}

/* Answer GET /recon. */
void
answer_recons(const Request *request, StringInfo out)
{
	appendStringInfoString(out, "{\"reconciliations\":[");
	append_recons(request, NULL, out);
	appendStringInfoString(out, "]}");
}

/* Answer GET /recon/<reconId>. */
void
answer_recon(const Request *request, StringInfo out)
{
	const char *recon_id = request->segments[1];

	if (append_recons(request, recon_id, out) == 0)
		ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND),
						errmsg("reconciliation \"%s\" does not exist",
							   fields_shown(recon_id))));
}
