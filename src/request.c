/*
 * request.c
 *		get(): a documented request, as its URL, to its answer.  Here is which
 *		paths and parameters there are, and which status an error becomes; how
 *		events are found and printed is left to others.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/json.h"

#include "compat.h"
#include "fields.h"
#include "json_pretty.h"
#include "request.h"

/* those that a request can have are in the order of their ids */
static const struct
{
	const char *name;
	ParameterId id;
} parameter_names[] = {
	{"_queryFilter", QUERY_FILTER},
	{"_queryId", QUERY_ID},
	{"_fields", FIELDS},
	{"_sortKeys", SORT_KEYS},
	{"_pageSize", PAGE_SIZE},
	{"_pagedResultsCookie", PAGED_RESULTS_COOKIE},
	{"_pagedResultsOffset", PAGED_RESULTS_OFFSET},
	{"_totalPagedResultsPolicy", TOTAL_PAGED_RESULTS_POLICY},
	{"_prettyPrint", PRETTY_PRINT},
	{"formatted", FORMATTED},
	{"tenantId", TENANT_ID},
	{"start", START},
	{"size", SIZE},
	{"eventOccurredAfter", EVENT_OCCURRED_AFTER},
	{"eventOccurredBefore", EVENT_OCCURRED_BEFORE},
	{"sortColumn", SORT_COLUMN},
	{"sortDirection", SORT_DIRECTION},
	{"page[number]", PAGE_NUMBER},
	{"page[size]", PAGE_OF_SIZE},
	{"_crestapiversion", IGNORED},
	{"_locale", IGNORED},
	{"_queryExpression", UNSUPPORTED},
	{"_action", UNSUPPORTED},
	{"_countOnly", UNSUPPORTED},
	{"_mimeType", UNSUPPORTED},
	{"_crestapi", UNSUPPORTED},
	{"_api", UNSUPPORTED},
};

/* A URL and the body of its answer. */
typedef struct Answer
{
	text		  *url;
	const char	  *content_type;
	StringInfoData body;
} Answer;

/* sets of parameters */
#define READ_PARAMETERS (1 << FIELDS | 1 << PRETTY_PRINT | 1 << FORMATTED)
#define PAGE_PARAMETERS                                                       \
	(1 << PAGE_SIZE | 1 << PAGED_RESULTS_COOKIE | 1 << PAGED_RESULTS_OFFSET | \
	 1 << TOTAL_PAGED_RESULTS_POLICY)
#define QUERY_PARAMETERS                                                      \
	(READ_PARAMETERS | PAGE_PARAMETERS | 1 << QUERY_FILTER | 1 << QUERY_ID |  \
	 1 << SORT_KEYS)
#define RECON_PARAMETERS (1 << FIELDS | 1 << PRETTY_PRINT)
#define DIRECTORY_SYNC_PARAMETERS                                             \
	(1 << EVENT_OCCURRED_AFTER | 1 << EVENT_OCCURRED_BEFORE |                 \
	 1 << SORT_COLUMN | 1 << SORT_DIRECTION | 1 << PAGE_NUMBER |              \
	 1 << PAGE_OF_SIZE)

/* those whose values make one list if they are repeated */
#define LIST_PARAMETERS (1 << FIELDS | 1 << SORT_KEYS)

/* A path that can be asked for, and what answers it. */
typedef struct Route
{
	const char *path[6]; /* segments, NULL at the end */
	int			parameters;
	const char *content_type;
	void (*answer)(const Request *request, StringInfo out);
} Route;

/* in the path of a route: any segment */
static const char any[] = "";

static const char json[] = "application/json;charset=UTF-8";
static const char plain[] = "text/plain; charset=UTF-8";
static const char csv[] = "text/csv;charset=UTF-8";

static const Route routes[] = {
	{{"audit", any}, QUERY_PARAMETERS, json, answer_query},
	{{"audit", any, any}, READ_PARAMETERS, json, answer_read},
	{{"recon"}, RECON_PARAMETERS, json, answer_recons},
	{{"recon", any}, RECON_PARAMETERS, json, answer_recon},
	{{"idm-sync-log-entries"},
	 1 << TENANT_ID | 1 << START | 1 << SIZE,
	 json,
	 answer_sync_runs},
	{{"idm-sync-log-entries", any, "logfile"},
	 1 << TENANT_ID,
	 plain,
	 answer_sync_run_log},
	{{"DirectorySyncLog"},
	 DIRECTORY_SYNC_PARAMETERS,
	 json,
	 answer_directory_sync},
	{{"DirectorySyncLog", "csv"},
	 DIRECTORY_SYNC_PARAMETERS,
	 csv,
	 answer_directory_sync_csv},
};

/* Find the route of a path; the segments before it are the context's. */
static const Route *
find_route(Request *request)
{
	const Url *url = request->url;
	bool	   begins = false;

	for (int start = 0; start < url->nsegments && !begins; start++)
	{
		for (int i = 0; i < lengthof(routes); i++)
		{
			const Route *route = &routes[i];
			char	   **segments = url->segments + start;
			int			 left = url->nsegments - start;
			int			 n = 0;

			while (n < left && route->path[n] != NULL &&
				   (route->path[n] == any ||
					strcmp(route->path[n], segments[n]) == 0))
				n++;
			begins |= n > 0;
			if (n == left && route->path[n] == NULL)
			{
				request->segments = segments;
				return route;
			}
		}
	}
	ereport(ERROR,
			(errcode(ERRCODE_NO_DATA_FOUND),
			 errmsg("there is nothing at this path"),
			 errhint("The paths are /audit/<topic>, /audit/<topic>/<_id>, "
					 "/recon, /recon/<reconId>, /idm-sync-log-entries, "
					 "/idm-sync-log-entries/<id>/logfile, /DirectorySyncLog "
					 "and /DirectorySyncLog/csv.")));
}

/* Tell which parameter a name is; NPARAMETERS is one of a named query's. */
static ParameterId
identify(const char *name)
{
	for (int i = 0; i < lengthof(parameter_names); i++)
	{
		if (pg_strcasecmp(name, parameter_names[i].name) == 0)
			return parameter_names[i].id;
	}
	return NPARAMETERS;
}

/* Add a repeated parameter to its list; an empty list is none. */
static char *
add_to_list(StringInfo list, const char *value)
{
	if (*value != '\0')
	{
		if (list->data == NULL)
			initStringInfo(list);
		appendStringInfo(list, "%s%s", list->len > 0 ? "," : "", value);
	}
	return list->data;
}

/* Complain of a parameter, and say which ones the path has. */
static void
refuse_parameter(const Route *route, int sqlerrcode, const char *message,
				 const char *name)
{
	StringInfoData known;

	initStringInfo(&known);
	for (int id = 0; id < NPARAMETERS; id++)
	{
		if (route->parameters & 1 << id)
			appendStringInfo(&known, "%s%s", known.len > 0 ? ", " : "",
							 parameter_names[id].name);
	}
	ereport(ERROR,
			(errcode(sqlerrcode), errmsg(message, fields_shown(name)),
			 errhint("The parameters of this path are: %s.", known.data)));
}

/*
 * Take the parameters that a route has; others are errors, but for those that
 * may be a named query's own or that an IDM server would not look at.
 */
static void
take_parameters(Request *request, const Route *route)
{
	StringInfoData lists[NPARAMETERS] = {{0}};
	bool		   crest = (route->parameters & 1 << PRETTY_PRINT) != 0;
	bool		   asked = false;

	for (int i = 0; i < request->url->nparameters; i++)
	{
		ParameterId id = identify(request->url->parameters[i].name);

		asked |= id == QUERY_ID || id == QUERY_FILTER;
	}
	for (int i = 0; i < request->url->nparameters; i++)
	{
		const char *name = request->url->parameters[i].name;
		const char *value = request->url->parameters[i].value;
		ParameterId id = identify(name);

		if (id == UNSUPPORTED && crest)
			refuse_parameter(route, ERRCODE_FEATURE_NOT_SUPPORTED,
							 "parameter \"%s\" is not supported", name);
		if (id == IGNORED && crest)
			continue;
		if (id >= NPARAMETERS || (route->parameters & 1 << id) == 0)
		{
			/* who has lost the "_" of a filter does not mean all events */
			if (!crest || *name == '_' ||
				(!asked && identify(psprintf("_%s", name)) != NPARAMETERS))
				refuse_parameter(route, ERRCODE_INVALID_PARAMETER_VALUE,
								 "parameter \"%s\" does not exist here", name);
			continue;
		}
		if (LIST_PARAMETERS & 1 << id)
			request->values[id] = add_to_list(&lists[id], value);
		else if (request->values[id] == NULL)
			request->values[id] = value;
		else
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("parameter \"%s\" is given more than once",
								   name)));
		request->paged |= (PAGE_PARAMETERS & 1 << id) != 0;
	}
}

/* Complain of a parameter's value. */
void
request_refuse_value(const Request *request, ParameterId id,
					 const char *expected)
{
	const char *value = request->values[id];

	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("parameter \"%s\" must be %s",
						   parameter_names[id].name, expected),
					errdetail("It is \"%s\".", fields_shown(value))));
}

/* Read a parameter that is true or false. */
bool
request_bool(const Request *request, ParameterId id, bool if_missing)
{
	const char *value = request->values[id];

	if (value == NULL)
		return if_missing;
	if (pg_strcasecmp(value, "true") == 0)
		return true;
	if (pg_strcasecmp(value, "false") != 0)
		request_refuse_value(request, id, "true or false");
	return false;
}

/* Read a parameter that is a number from the least one on. */
int32
request_number(const Request *request, ParameterId id, int32 least,
			   int32 if_missing)
{
	const char *value = request->values[id];
	int64		count = 0;

	if (value == NULL)
		return if_missing;
	for (const char *s = value; *s && count <= PG_INT32_MAX; s++)
		count = isdigit((unsigned char) *s) ? count * 10 + (*s - '0')
											: (int64) PG_INT32_MAX + 1;
	if (*value == '\0' || count > PG_INT32_MAX || count < least)
		request_refuse_value(
			request, id, psprintf("a number from %d to 2147483647", least));
	return count;
}

/* Read a parameter that is a count. */
int32
request_count(const Request *request, ParameterId id, int32 if_missing)
{
	return request_number(request, id, 0, if_missing);
}

/* Take a URL apart, in the encoding of the database. */
static Url *
read_url(text *source)
{
	int		 len = VARSIZE_ANY_EXHDR(source);
	char	*utf8;
	UrlError error;
	Url		*url;

	if (len > URL_MAX_SIZE)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("URL is too long"),
				 errdetail("A URL can have up to %d bytes, this one has %d.",
						   URL_MAX_SIZE, len)));
	utf8 = pg_server_to_any(text_to_cstring(source), len, PG_UTF8);
	url = url_parse(utf8, strlen(utf8), &error);
	if (url == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid URL"),
				 errdetail("%s, at byte %d.", error.detail, error.offset + 1),
				 error.hint ? errhint("%s", error.hint) : 0));
	for (int i = 0; i < url->nsegments; i++)
		url->segments[i] = pg_any_to_server(url->segments[i],
											strlen(url->segments[i]), PG_UTF8);
	for (int i = 0; i < url->nparameters; i++)
	{
		UrlParameter *parameter = &url->parameters[i];

		parameter->name = pg_any_to_server(parameter->name,
										   strlen(parameter->name), PG_UTF8);
		parameter->value = pg_any_to_server(parameter->value,
											strlen(parameter->value), PG_UTF8);
	}
	return url;
}

/* Answer a request; whatever is wrong with it is an error. */
static void
answer_request(Answer *answer)
{
	Request		   request = {.url = read_url(answer->url)};
	const Route	  *route = find_route(&request);
	StringInfoData pretty;
	bool		   is_pretty;

	take_parameters(&request, route);
	is_pretty = request_bool(&request, PRETTY_PRINT, false);
	route->answer(&request, &answer->body);
	answer->content_type = route->content_type;
	if (!is_pretty)
		return;
	initStringInfo(&pretty);
	json_pretty(answer->body.data, answer->body.len, &pretty);
	pfree(answer->body.data);
	answer->body = pretty;
}

/* Give the status of an error that is the request's fault, or 0. */
static int
status_of(int sqlerrcode)
{
	switch (sqlerrcode)
	{
		case ERRCODE_INSUFFICIENT_PRIVILEGE:
			return 403;
		case ERRCODE_NO_DATA_FOUND:
			return 404;
		case ERRCODE_FEATURE_NOT_SUPPORTED:
		case ERRCODE_UNDEFINED_OBJECT: /* a topic: so do the servers */
			return 501;
		case ERRCODE_CONFIGURATION_LIMIT_EXCEEDED: /* of the answer */
			return 413;
		case ERRCODE_PROGRAM_LIMIT_EXCEEDED: /* of URLs and filters */
		case ERRCODE_UNDEFINED_COLUMN:
		case ERRCODE_UNDEFINED_FUNCTION: /* an operator of a filter */
			return 400;
		default:
			return ERRCODE_TO_CATEGORY(sqlerrcode) == ERRCODE_DATA_EXCEPTION
					   ? 400
					   : 0;
	}
}

/* Give the reason that CREST has for a status. */
static const char *
reason_of(int status)
{
	switch (status)
	{
		case 403:
			return "Forbidden";
		case 404:
			return "Not Found";
		case 413:
			return "Request Entity Too Large";
		case 501:
			return "Not Implemented";
		default:
			return "Bad Request";
	}
}

/* Print an error as CREST does. */
static void
print_error(const ErrorData *error, int status, StringInfo out)
{
	StringInfoData message;

	initStringInfo(&message);
	appendStringInfoString(&message, error->message);
	if (error->detail)
		appendStringInfo(&message, ". %s", error->detail);
	appendStringInfo(out,
					 "{\"code\":%d,\"reason\":\"%s\",\"message\":", status,
					 reason_of(status));
	escape_json(out, message.data);
	appendStringInfo(out, ",\"detail\":{\"sqlstate\":\"%s\"",
					 unpack_sql_state(error->sqlerrcode));
	if (error->hint)
	{
		appendStringInfoString(out, ",\"hint\":");
		escape_json(out, error->hint);
	}
	appendStringInfoString(out, "}}");
}

/* Answer a request for attempt(). */
static void
answer_url(void *arg)
{
	answer_request(arg);
}

PG_FUNCTION_INFO_V1(get_url);

/* get(url) -> (status, content_type, body) */
Datum
get_url(PG_FUNCTION_ARGS)
{
	TupleDesc  desc;
	Answer	   answered = {.url = PG_GETARG_TEXT_PP(0)};
	ErrorData *error;
	int		   status = 200;
	Datum	   values[3];
	bool	   nulls[3] = {false, false, false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	initStringInfo(&answered.body);
	error = attempt(answer_url, &answered);
	if (error)
	{
		status = status_of(error->sqlerrcode);
		if (status == 0)
			ReThrowError(error);
		resetStringInfo(&answered.body);
		answered.content_type = json;
		print_error(error, status, &answered.body);
	}
	values[0] = Int32GetDatum(status);
	values[1] = CStringGetTextDatum(answered.content_type);
	values[2] = PointerGetDatum(
		cstring_to_text_with_len(answered.body.data, answered.body.len));
	PG_RETURN_DATUM(HeapTupleGetDatum(
		heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}
