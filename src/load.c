/*
 * load.c
 *		The functions that take events: store(), load(), load_file() and the
 *		trigger of the _json views.  It knows where events come from and
 *		leaves reading and storing them to others.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_authid.h"
#include "commands/trigger.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "event_split.h"
#include "ingest.h"
#include "topic.h"

PG_FUNCTION_INFO_V1(synclog_store);
PG_FUNCTION_INFO_V1(synclog_load);
PG_FUNCTION_INFO_V1(synclog_load_file);
PG_FUNCTION_INFO_V1(synclog_json_insert);
PG_FUNCTION_INFO_V1(synclog_event_row);

/* Keep events, and the credentials in them, out of the server's log. */
static void
hide_events(void *arg)
{
	errhidestmt(true);
	errhidecontext(true);
}

/* What is ready to store events in this session, one for each topic. */
static Ingest *idle[8];

/* Take what an earlier call has made ready, or make it. */
static Ingest *
borrow_ingest(const char *topic)
{
	Oid relid = topic_relation(topic);

	for (int i = 0; i < lengthof(idle); i++)
	{
		Ingest *ingest = idle[i];

		if (ingest == NULL || ingest->relid != relid ||
			strcmp(ingest->topic, topic) != 0)
			continue;

		/* an error leaves it to the caller's memory context */
		idle[i] = NULL;
		MemoryContextSetParent(ingest->cxt, CurrentMemoryContext);
		if (ingest_resume(ingest))
			return ingest;
		MemoryContextDelete(ingest->cxt);
		break;
	}
	return ingest_begin(topic, relid, true);
}

/* Keep it for the next call. */
static void
give_back_ingest(Ingest *ingest)
{
	static int next;
	int		   i = 0;

	while (i < lengthof(idle) && idle[i] != NULL)
		i++;
	if (i == lengthof(idle))
	{
		i = next++ % lengthof(idle);
		MemoryContextDelete(idle[i]->cxt);
	}
	MemoryContextSetParent(ingest->cxt, CacheMemoryContext);
	idle[i] = ingest;
}

/* Store one event. */
static char *
store_one(FunctionCallInfo fcinfo, const char *topic, text *event)
{
	ErrorContextCallback callback = {.callback = hide_events,
									 .previous = error_context_stack};
	Ingest				*ingest;
	char				*id;

	error_context_stack = &callback;
	ingest = borrow_ingest(topic);

	/* equal events without _id are told apart within a statement */
	if (fcinfo->flinfo->fn_extra != ingest)
		event_reader_forget(ingest->reader);
	id = pstrdup(
		ingest_event(ingest, VARDATA_ANY(event), VARSIZE_ANY_EXHDR(event)));
	ingest_flush(ingest);
	ingest_warn(ingest);
	fcinfo->flinfo->fn_extra = ingest;
	give_back_ingest(ingest);
	error_context_stack = callback.previous;
	return id;
}

/* Store an event and give its _id. */
Datum
synclog_store(PG_FUNCTION_ARGS)
{
	char *topic = text_to_cstring(PG_GETARG_TEXT_PP(0));

	PG_RETURN_TEXT_P(
		cstring_to_text(store_one(fcinfo, topic, PG_GETARG_TEXT_PP(1))));
}

/* Store a row that is inserted into a topic's _json view. */
Datum
synclog_json_insert(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Datum		 event;
	bool		 isnull;

	if (!CALLED_AS_TRIGGER(fcinfo) ||
		!TRIGGER_FIRED_BY_INSERT(trigger->tg_event) ||
		!TRIGGER_FIRED_INSTEAD(trigger->tg_event) ||
		trigger->tg_trigger->tgnargs != 1 ||
		RelationGetDescr(trigger->tg_relation)->natts != 1 ||
		TupleDescAttr(RelationGetDescr(trigger->tg_relation), 0)->atttypid !=
			TEXTOID)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be called by an INSTEAD OF "
						"INSERT trigger",
						"synclog.json_insert"),
				 errhint("The trigger stands on a view with one column of "
						 "type text and has one argument, the topic.")));
	event = heap_getattr(trigger->tg_trigtuple, 1,
						 RelationGetDescr(trigger->tg_relation), &isnull);
	if (isnull)
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("an event must not be null")));
	(void) store_one(fcinfo, trigger->tg_trigger->tgargs[0],
					 DatumGetTextPP(event));
	return PointerGetDatum(trigger->tg_trigtuple);
}

/* Reject a line that is no text. */
static void
reject_bytes(Ingest *ingest, const char *bytes, int len)
{
	StringInfoData text;
	bool		   withhold;

	/* names in UTF-16 have a NUL in each character */
	initStringInfo(&text);
	for (int i = 0; i < len; i++)
	{
		if (bytes[i])
			appendStringInfoChar(&text, bytes[i]);
	}
	withhold = event_text_names_secret(text.data, text.len);
	resetStringInfo(&text);
	while (len > 0)
	{
		int n = *bytes ? pg_encoding_verifymbchar(PG_UTF8, bytes, len) : -1;

		if (n < 0)
			appendStringInfo(&text, "\\x%02x", (unsigned char) *bytes);
		else
			appendBinaryStringInfo(&text, bytes, n);
		bytes += Max(n, 1);
		len -= Max(n, 1);
	}
	ingest_unreadable(ingest, "not valid UTF-8", text.data, text.len,
					  withhold);
	pfree(text.data);
}

/* Store all events of a source; the result is the row of load(). */
static Datum
load_source(FunctionCallInfo fcinfo, const char *topic, EventSource *source)
{
	Ingest	   *ingest = ingest_begin(topic, topic_relation(topic), false);
	TupleDesc	desc;
	Datum		values[3];
	bool		nulls[3] = {false};
	const char *text;
	int			len;

	while (event_source_next(source, &text, &len))
	{
		if (source->file && !pg_verify_mbstr(PG_UTF8, text, len, true))
			reject_bytes(ingest, text, len);
		else
			(void) ingest_event(ingest, text, len);
	}
	ingest_flush(ingest);

	values[0] = Int64GetDatum(ingest->stored);
	values[1] = Int64GetDatum(ingest->duplicates);
	values[2] = Int64GetDatum(ingest->rejected);
	ingest_warn(ingest);
	MemoryContextDelete(ingest->cxt);
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	return HeapTupleGetDatum(
		heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

/* Store many events: JSON Lines, lists, responses of a server. */
Datum
synclog_load(PG_FUNCTION_ARGS)
{
	char				*topic = text_to_cstring(PG_GETARG_TEXT_PP(0));
	text				*events = PG_GETARG_TEXT_PP(1);
	ErrorContextCallback callback = {.callback = hide_events,
									 .previous = error_context_stack};
	EventSource			 source;
	Datum				 result;

	error_context_stack = &callback;
	event_source_text(&source, VARDATA_ANY(events), VARSIZE_ANY_EXHDR(events));
	result = load_source(fcinfo, topic, &source);
	error_context_stack = callback.previous;
	return result;
}

/* Store the events of a file of the server's. */
Datum
synclog_load_file(PG_FUNCTION_ARGS)
{
	char				*topic = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char				*path = text_to_cstring(PG_GETARG_TEXT_PP(1));
	ErrorContextCallback callback = {.callback = hide_events,
									 .previous = error_context_stack};
	FILE				*file;
	EventSource			 source;
	Datum				 result;

	if (!has_privs_of_role(GetUserId(), ROLE_PG_READ_SERVER_FILES))
		ereport(
			ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied to read files of the server"),
			 errdetail(
				 "Only roles with privileges of the \"%s\" role may do so.",
				 "pg_read_server_files"),
			 errhint("Anyone may use \\copy of psql into the topic's _json "
					 "view.")));
	file = AllocateFile(path, PG_BINARY_R);
	if (file == NULL)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not open file \"%s\" for reading: %m", path)));
	error_context_stack = &callback;
	event_source_file(&source, file, path);
	result = load_source(fcinfo, topic, &source);
	error_context_stack = callback.previous;
	FreeFile(file);
	return result;
}

/* Give the row that an event would be in a table. */
Datum
synclog_event_row(PG_FUNCTION_ARGS)
{
	Oid					 type = get_fn_expr_argtype(fcinfo->flinfo, 0);
	Oid					 relid = get_typ_typrelid(getBaseType(type));
	ErrorContextCallback callback = {.callback = hide_events,
									 .previous = error_context_stack};
	Relation			 relation;
	MemoryContext		 cxt;
	MemoryContext		 caller;
	text				*source;
	Event				 event;
	HeapTuple			 tuple;

	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (!OidIsValid(relid))
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
						errmsg("type %s is not the row type of a table",
							   format_type_be(type))));
	error_context_stack = &callback;
	source = PG_GETARG_TEXT_PP(1);
	relation = table_open(relid, AccessShareLock);
	cxt = AllocSetContextCreate(CurrentMemoryContext, "synclog event row",
								ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(cxt);
	if (!event_read(event_reader_create(relation), VARDATA_ANY(source),
					VARSIZE_ANY_EXHDR(source), GetCurrentTimestamp(), &event))
		event_refuse(&event);
	MemoryContextSwitchTo(caller);
	tuple = heap_copytuple(event.tuple);
	MemoryContextDelete(cxt);
	table_close(relation, AccessShareLock);
	error_context_stack = callback.previous;
	return HeapTupleGetDatum(tuple);
}
