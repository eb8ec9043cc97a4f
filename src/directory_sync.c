/*
 * directory_sync.c
 *		Answers to the requests of Code42's directory sync log: its seven
 *		members of each event, as JSON and as CSV.  It knows their parameters;
 *		which events there are, and in which order, is asked in SQL.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "csv.h"
#include "iso8601.h"
#include "json_text.h"
#include "page.h"
#include "request.h"

/* the members of the log, in the order of the header of its CSV */
static const char *const members[] = {
	"logEventTimeStamp", "providerName", "username", "action", "field",
	"oldValue",			 "newValue",
};

#define NMEMBERS lengthof(members)

/* events on a page, where a page is asked for that does not say how many */
#define PAGE_EVENTS 100

/* Appends an event, given the members that it has. */
typedef void (*AppendEntry)(StringInfo out, const JsonText *values);

/* Find the log's members in an event; of several of one name it is the last.
 */
static void
find_members(JsonText event, JsonText *values)
{
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
	char separator = '{';

	for (int i = 0; i < NMEMBERS; i++)
	{
		JsonText value = values[i];

		if (value.at == NULL)
			continue;
		appendStringInfo(out, "%c\"%s\":", separator, members[i]);
		json_text_skip_value(&value, out);
		separator = ',';
	}
	appendStringInfoChar(out, '}');
}

/*
 * Append an event as a record of CSV.  Missing, null and empty are nothing; a
 * string that no text can hold is as JSON writes it.
 */
static void
append_record(StringInfo out, const JsonText *values)
{
	for (int i = 0; i < NMEMBERS; i++)
	{
		JsonText	value = values[i];
		int			len = value.end - value.at;
		const char *s = value.at;

		if (i > 0)
			appendStringInfoChar(out, ',');
		if (s == NULL || *s == 'n')
			continue;
		if (*s == '"' && (s = json_text_string(&value, &len)) == NULL)
		{
			s = value.at;
			len = value.end - value.at;
		}
		if (len > 0)
			csv_append_field(out, s, len, false);
	}
	appendStringInfoString(out, "\r\n");
}

PG_FUNCTION_INFO_V1(directory_sync_entry);

/* directory_sync_entry(event, at) -> json */
Datum
directory_sync_entry(PG_FUNCTION_ARGS)
{
	text		  *event = PG_GETARG_TEXT_PP(0);
	char		   at[ISO8601_SIZE + 2] = "\"";
	int			   len = 1;
	JsonText	   values[NMEMBERS];
	StringInfoData out;

	find_members((JsonText){VARDATA_ANY(event),
							VARDATA_ANY(event) + VARSIZE_ANY_EXHDR(event)},
				 values);
	len += iso8601_print(PG_GETARG_TIMESTAMPTZ(1), at + len);
	at[len++] = '"';
	values[0] = (JsonText){at, at + len};
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

/* Take a parameter that is an instant; false if it is not given. */
static bool
take_instant(const Request *request, ParameterId id, bool round_up,
			 Datum *instant)
{
	const char *value = request->values[id];
	TimestampTz at;

	if (value == NULL)
		return false;
	if (!read_instant(value, round_up, &at))
		request_refuse_value(
			request, id,
			"an instant as in 2021-06-01T12:00:00.060Z or "
			"2021-06-01T14:00:00.060+0200, with up to 9 fraction digits");
	*instant = TimestampTzGetDatum(at);
	return true;
}

/* Take a parameter that is a text; false if it is not given. */
static bool
take_text(const Request *request, ParameterId id, Datum *value)
{
	if (request->values[id] == NULL)
		return false;
	*value = CStringGetTextDatum(request->values[id]);
	return true;
}

/* Take a parameter that counts from 1; false if it is not given. */
static bool
take_number(const Request *request, ParameterId id, Datum *value)
{
	if (request->values[id] == NULL)
		return false;
	*value = Int32GetDatum(request_number(request, id, 1, 1));
	return true;
}

/* Append the events that a request asks for: a page of them, or all. */
static void
append_log(const Request *request, bool page, AppendEntry append,
		   const char *separator, StringInfo out)
{
	static Oid	  types[] = {TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID,
							 TEXTOID,		 INT4OID,		 INT4OID};
	Datum		  args[lengthof(types)] = {0};
	bool		  given[lengthof(types)];
	char		  nulls[lengthof(types)];
	bool		  first = true;
	MemoryContext batch =
		AllocSetContextCreate(CurrentMemoryContext, "synclog directory sync",
							  ALLOCSET_DEFAULT_SIZES);
	Portal portal;

	args[4] = Int32GetDatum(1);
	args[5] = Int32GetDatum(PAGE_EVENTS);
	given[0] = take_instant(request, EVENT_OCCURRED_AFTER, false, &args[0]);
	given[1] = take_instant(request, EVENT_OCCURRED_BEFORE, true, &args[1]);
	given[2] = take_text(request, SORT_COLUMN, &args[2]);
	given[3] = take_text(request, SORT_DIRECTION, &args[3]);
	given[4] = take_number(request, PAGE_NUMBER, &args[4]);
	given[5] = take_number(request, PAGE_OF_SIZE, &args[5]);
	page |= given[4] || given[5];
	for (int i = 0; i < lengthof(types); i++)
		nulls[i] = given[i] || (i >= 4 && page) ? ' ' : 'n';

	SPI_connect();
	portal = SPI_cursor_open_with_args(
		NULL,
		"SELECT e FROM synclog.directory_sync_log($1, $2, $3, $4, $5, $6) e",
		lengthof(types), types, args, nulls, true, 0);
	do
	{
		MemoryContext old;

		SPI_cursor_fetch(portal, true, 100);
		old = MemoryContextSwitchTo(batch);
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			bool		   isnull;
			text		  *entry = DatumGetTextPP(SPI_getbinval(
						 SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));
			JsonText	   values[NMEMBERS];
			StringInfoData text;

			find_members(
				(JsonText){VARDATA_ANY(entry),
						   VARDATA_ANY(entry) + VARSIZE_ANY_EXHDR(entry)},
				values);
			initStringInfo(&text);
			append(&text, values);
			if (!first)
				response_append(out, separator, strlen(separator));
			response_append(out, text.data, text.len);
			first = false;
		}
		MemoryContextSwitchTo(old);
		MemoryContextReset(batch);
		SPI_freetuptable(SPI_tuptable);
	} while (SPI_processed > 0);
	SPI_finish();
}

/* Answer GET /DirectorySyncLog. */
void
answer_directory_sync(const Request *request, StringInfo out)
{
	appendStringInfoChar(out, '[');
	append_log(request, true, append_object, ",", out);
	appendStringInfoChar(out, ']');
}

/* Answer GET /DirectorySyncLog/csv. */
void
answer_directory_sync_csv(const Request *request, StringInfo out)
{
	for (int i = 0; i < NMEMBERS; i++)
		appendStringInfo(out, "%s%s", i > 0 ? "," : "", members[i]);
	appendStringInfoString(out, "\r\n");
	append_log(request, false, append_record, "", out);
}
