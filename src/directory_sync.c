/*
 * directory_sync.c
 *		Answers to the requests of Code42's directory sync log: its seven
 *		members of each event, as JSON and as CSV.  It knows their parameters;
 *		which events there are, and in which order, is asked in SQL.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "csv.h"
#include "iso8601.h"
#include "json_text.h"
#include "request.h"
#include "response.h"

/* the members of the log, in the order of the header of its CSV */
static const char *const members[] = {
	"logEventTimeStamp", "providerName", "username", "action", "field",
	"oldValue",			 "newValue",
};

#define NMEMBERS lengthof(members)

/* arguments of synclog.directory_sync_log() */
#define NARGUMENTS 6

/* events on a page, where a page is asked for that does not say how many */
#define PAGE_EVENTS 100

/* Find the log's members in an event; of several of one name it is the last.
 */
static void
find_members(text *json, JsonText *values)
{
	JsonText event = {VARDATA_ANY(json),
					  VARDATA_ANY(json) + VARSIZE_ANY_EXHDR(json)};
	JsonText key;

	memset(values, 0, NMEMBERS * sizeof(JsonText));
	while (json_text_next_member(&event, &key))
	{
		JsonText	value = event;
		int			len;
		const char *name = json_text_string(&key, &len);

		json_text_skip_value(&event, NULL);
		value.end = event.at;
		for (int i = 0; name && i < NMEMBERS; i++)
		{
			if (strlen(members[i]) == len &&
				memcmp(members[i], name, len) == 0)
				values[i] = value;
		}
	}
}

/* Append an event as JSON; members that it does not have are left out. */
static void
append_object(StringInfo out, const JsonText *values)
{
	bool first = true;

	appendStringInfoChar(out, '{');
	for (int i = 0; i < NMEMBERS; i++)
	{
		JsonText value = values[i];

		if (value.at == NULL)
			continue;
		appendStringInfo(out, "%s\"%s\":", first ? "" : ",", members[i]);
		json_text_skip_value(&value, out);
		first = false;
	}
	appendStringInfoChar(out, '}');
}

/*
 * Append an event as a record of CSV.  Missing, null and empty are nothing; a
 * string that no text can hold is as JSON writes it.
 */
static void
append_record(StringInfo out, text *json, const void *arg)
{
	JsonText	   values[NMEMBERS];
	StringInfoData record;

	find_members(json, values);
	initStringInfo(&record);
	for (int i = 0; i < NMEMBERS; i++)
	{
		JsonText	value = values[i];
		int			len = value.end - value.at;
		const char *s = value.at;

		if (i > 0)
			appendStringInfoChar(&record, ',');
		if (s == NULL || *s == 'n')
			continue;
		if (*s == '"' && (s = json_text_string(&value, &len)) == NULL)
		{
			s = value.at;
			len = value.end - value.at;
		}
		if (len > 0)
			csv_append_field(&record, s, len, false);
	}
	appendStringInfoString(&record, "\r\n");
	response_append(out, record.data, record.len);
}

PG_FUNCTION_INFO_V1(directory_sync_entry);

/* directory_sync_entry(event, at) -> json */
Datum
directory_sync_entry(PG_FUNCTION_ARGS)
{
	char		   at[ISO8601_SIZE + 2] = "\"";
	int			   len = 1;
	JsonText	   values[NMEMBERS];
	StringInfoData out;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	find_members(PG_GETARG_TEXT_PP(0), values);
	values[0] = (JsonText){NULL, NULL};
	if (!PG_ARGISNULL(1))
	{
		len += iso8601_print(PG_GETARG_TIMESTAMPTZ(1), at + len);
		at[len++] = '"';
		values[0] = (JsonText){at, at + len};
	}
	initStringInfo(&out);
	appendStringInfoSpaces(&out, VARHDRSZ);
	append_object(&out, values);
	SET_VARSIZE(out.data, out.len);
	PG_RETURN_POINTER(out.data);
}

/*
 * Read an instant as the document writes it, yyyy-MM-dd'T'HH:mm:ss.SSSZ, with
 * the quotes or without.  A blank before the offset was a plus in the URL.
 * What is finer than a microsecond is cut off, or rounded up: no event is
 * between the two.
 */
static bool
read_instant(const char *s, bool round_up, TimestampTz *instant)
{
	bool		   finer = false;
	StringInfoData iso;

	initStringInfo(&iso);
	for (const char *form = "9999-99-99T99:99:99"; *form; form++)
	{
		bool quoted = *form == 'T' && *s == '\'';

		s += quoted;
		if (*form == '9' ? !isdigit((unsigned char) *s) : *form != *s)
			return false;
		appendStringInfoChar(&iso, *s++);
		if (quoted && *s++ != '\'')
			return false;
	}
	if (*s == '.')
	{
		int n = strspn(s + 1, "0123456789");

		if (n < 1 || n > 9)
			return false;
		finer = n > 6 && strspn(s + 7, "0") < n - 6;
		appendBinaryStringInfo(&iso, s, n + 1);
		s += n + 1;
	}
	if (*s == '\0' || strchr("Z+- ", *s) == NULL)
		return false;
	appendStringInfo(&iso, "%c%s", *s == ' ' ? '+' : *s, s + 1);
	if (!iso8601_parse(iso.data, iso.len, instant))
		return false;
	*instant += round_up && finer;
	return true;
}

/* What a request asks for, as arguments of synclog.directory_sync_log(). */
typedef struct LogArguments
{
	Datum values[NARGUMENTS];
	char  nulls[NARGUMENTS]; /* 'n' or ' ', as SPI has them */
} LogArguments;

/* Give an argument. */
static void
give(LogArguments *args, int n, Datum value)
{
	args->values[n] = value;
	args->nulls[n] = ' ';
}

/* Give an argument that is an instant, if its parameter is given. */
static void
give_instant(LogArguments *args, int n, const Request *request, ParameterId id,
			 bool round_up)
{
	const char *value = request->values[id];
	TimestampTz at;

	if (value == NULL)
		return;
	if (!read_instant(value, round_up, &at))
		request_refuse_value(
			request, id,
			"an instant as in 2021-06-01T12:00:00.060Z or "
			"2021-06-01T14:00:00.060+0200, with up to 9 fraction digits");
	give(args, n, TimestampTzGetDatum(at));
}

/* Give an argument that is a text, if its parameter is given. */
static void
give_text(LogArguments *args, int n, const Request *request, ParameterId id)
{
	if (request->values[id])
		give(args, n, CStringGetTextDatum(request->values[id]));
}

/* Take the parameters of a request; without those of a page it asks for all.
 */
static void
take_arguments(const Request *request, bool page, LogArguments *args)
{
	memset(args->nulls, 'n', sizeof(args->nulls));
	give_instant(args, 0, request, EVENT_OCCURRED_AFTER, false);
	give_instant(args, 1, request, EVENT_OCCURRED_BEFORE, true);
	give_text(args, 2, request, SORT_COLUMN);
	give_text(args, 3, request, SORT_DIRECTION);
	if (!page && request->values[PAGE_NUMBER] == NULL &&
		request->values[PAGE_OF_SIZE] == NULL)
		return;
	give(args, 4, Int32GetDatum(request_number(request, PAGE_NUMBER, 1, 1)));
	give(args, 5,
		 Int32GetDatum(request_number(request, PAGE_OF_SIZE, 1, PAGE_EVENTS)));
}

/* Append events, in the order in which they are asked for. */
static void
append_log(LogArguments *args, AppendRow append, const char *separator,
		   StringInfo out)
{
	static Oid types[NARGUMENTS] = {TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID,
									TEXTOID,		INT4OID,		INT4OID};

	response_append_rows(
		"SELECT e FROM synclog.directory_sync_log($1, $2, $3, $4, $5, $6) e",
		NARGUMENTS, types, args->values, args->nulls, append, NULL, separator,
		out);
}

/* Answer GET /DirectorySyncLog. */
void
answer_directory_sync(const Request *request, StringInfo out)
{
	LogArguments args = {0};

	take_arguments(request, true, &args);
	appendStringInfoChar(out, '[');
	append_log(&args, NULL, ",", out);
	appendStringInfoChar(out, ']');
}

/* Answer GET /DirectorySyncLog/csv. */
void
answer_directory_sync_csv(const Request *request, StringInfo out)
{
	LogArguments args = {0};

	take_arguments(request, false, &args);
	for (int i = 0; i < NMEMBERS; i++)
		appendStringInfo(out, "%s%s", i > 0 ? "," : "", members[i]);
	appendStringInfoString(out, "\r\n");
	append_log(&args, append_record, "", out);
}
