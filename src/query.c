/*
 * query.c
 *		Events of a topic that match a filter.  A question becomes the SELECT
 *		that a person would write, with matches() for the filter, so that the
 *		planner sees through it.  How filters mean is none of this file's
 *		business, nor how rows become events.
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_type_d.h"
#include "funcapi.h"
#include "executor/executor.h"
#include "jit/jit.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/typcache.h"

#include "compat.h"
#include "order.h"
#include "query.h"
#include "tenant.h"
#include "topic.h"

/*
 * Start a question about a topic: finds its table and the columns that the
 * wanted fields (NULL: all) need, and writes the SELECT list.
 */
TopicQuery *
topic_query(text *topic, const char *fields, bool formatted)
{
	TopicQuery *query = palloc0(sizeof(TopicQuery));
	Oid			relid = topic_relation(text_to_cstring(topic));
	Relation	relation = relation_open(relid, AccessShareLock);
	FieldTree  *tree = NULL;
	/* up to 17, a table that inherits need not keep to NOT NULL */
	bool is_strict = relation->rd_rel->relkind != RELKIND_RELATION ||
					 !relation->rd_rel->relhassubclass;
	ListCell *lc;

	query->relation = qualified_name(relid);
	query->desc = CreateTupleDescCopyConstr(RelationGetDescr(relation));
	for (int i = 0; i < query->desc->natts; i++)
		TupleDescAttr(query->desc, i)->attnotnull =
			is_strict && attribute_not_null(RelationGetDescr(relation), i);
	query->tenant = tenant_to_see(relation);
	/* keep the lock: the table is what it is until the SELECT has run */
	relation_close(relation, NoLock);
	field_row_shape(query->desc, &query->shape);

	if (fields)
		tree = fields_tree(fields, query->desc, &query->shape);
	foreach (lc, tree ? tree->items : NIL)
		fields_check(fields, query->desc, &query->shape,
					 ((FieldItem *) lfirst(lc))->pointer, query->relation);
	query->printer = event_printer(query->desc, tree, formatted);
	initStringInfo(&query->sql);
	appendStringInfoString(&query->sql, "SELECT ");
	query->ncolumns =
		event_printer_columns(query->printer, query->desc, &query->sql);
	return query;
}

/* Write the column of a member; a table without it is an error. */
char *
topic_query_column(TopicQuery *query, const char *member)
{
	AttrNumber attno =
		field_column_of(query->desc, &query->shape, member, strlen(member));

	if (attno == InvalidAttrNumber)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("%s has no column for \"%s\"", query->relation,
							   member),
						errhint("Its topic is meant to have the columns that "
								"synclog.create_topics() gives it.")));
	return psprintf(
		"t.%s", quote_identifier(
					NameStr(TupleDescAttr(query->desc, attno - 1)->attname)));
}

/* Add an expression to the SELECT list, and give its place there. */
AttrNumber
topic_query_add(TopicQuery *query, const char *expression)
{
	appendStringInfo(&query->sql, ", %s", expression);
	return ++query->ncolumns;
}

/* Write the FROM clause. */
void
topic_query_from(TopicQuery *query)
{
	appendStringInfo(&query->sql, " FROM %s t", query->relation);
}

/* Add a parameter, which the planner takes for a constant; gives its number.
 */
int
topic_query_bind(TopicQuery *query, Oid type, Datum value, bool isnull)
{
	ParamExternData *param = palloc(sizeof(ParamExternData));
	int16			 typlen;
	bool			 typbyval;

	get_typlenbyval(type, &typlen, &typbyval);
	param->value = isnull ? (Datum) 0 : datumCopy(value, typbyval, typlen);
	param->isnull = isnull;
	param->pflags = PARAM_FLAG_CONST;
	param->ptype = type;
	query->parameters = lappend(query->parameters, param);
	return list_length(query->parameters);
}

/* Add a parameter and write a reference to it. */
void
topic_query_parameter(TopicQuery *query, Oid type, Datum value, bool isnull)
{
	appendStringInfo(&query->sql, "$%d",
					 topic_query_bind(query, type, value, isnull));
}

/* Write the WHERE clause for a filter. */
void
topic_query_matches(TopicQuery *query, Oid filter_type, NullableDatum filter,
					NullableDatum ignore_case)
{
	appendStringInfoString(&query->sql, " WHERE synclog.matches(t.*, ");
	topic_query_parameter(query, filter_type, filter.value, filter.isnull);
	appendStringInfoString(&query->sql, ", ");
	topic_query_parameter(query, BOOLOID, ignore_case.value,
						  ignore_case.isnull);
	appendStringInfoChar(&query->sql, ')');
	if (query->tenant)
	{
		/*
		 * The policy asks when the query runs; the planner knows it here, and
		 * an index by time has the column and keeps its order.
		 */
		appendStringInfoString(&query->sql,
							   " AND t.tenant_id::pg_catalog.text "
							   "OPERATOR(pg_catalog.=) ");
		topic_query_parameter(query, TEXTOID,
							  CStringGetTextDatum(query->tenant), false);
	}
}

/* Give the parameters in the planner's form. */
static ParamListInfo
query_parameters(TopicQuery *query)
{
	ParamListInfo params = makeParamList(list_length(query->parameters));

	for (int i = 0; i < params->numParams; i++)
		params->params[i] =
			*(ParamExternData *) list_nth(query->parameters, i);
	return params;
}

/* Plan a question. */
PlannedStmt *
topic_query_plan(TopicQuery *query)
{
	ParamListInfo params = query_parameters(query);
	Oid			 *types = palloc0((params->numParams + 1) * sizeof(Oid));
	RawStmt *raw = linitial_node(RawStmt, pg_parse_query(query->sql.data));
	List	*rewritten;

	for (int i = 0; i < params->numParams; i++)
		types[i] = params->params[i].ptype;
	rewritten = pg_analyze_and_rewrite_fixedparams(raw, query->sql.data, types,
												   params->numParams, NULL);
	return pg_plan_query(linitial_node(Query, rewritten), query->sql.data, 0,
						 params);
}

/*
 * The events of a SELECT that is run in pieces.  It is the executor itself
 * and no cursor, since a cursor of ours would not outlive its transaction
 * where the calling one does (WITH HOLD), and rows need no copies on the way.
 */
struct EventStream
{
	DestReceiver  receiver; /* first: it is cast to the stream */
	QueryDesc	 *query;
	EventPrinter *printer;
	CsvPrinter	 *csv;	 /* NULL: the events come as JSON */
	AttrNumber	  tag;	 /* an integer column of the caller's, or 0 */
	PageEnd		 *end;	 /* the caller's, or NULL */
	MemoryContext batch; /* of the events at hand */
	MemoryContext row;	 /* of what printing one takes */
	bool		  done;	 /* the SELECT has no more */
	int64		  nrows;
	int			  nevents;
	int			  next;
	Size		  bytes;
	Datum		  events[100];
	int			  tags[100];
};

/* more than this and a batch is closed, however few its events */
#define BATCH_BYTES (256 * 1024)

/* Keep what a page is to know of its last row. */
static void
keep_columns(PageEnd *end, TupleTableSlot *slot)
{
	for (int i = 0; i < end->ncolumns; i++)
	{
		int				  column = end->first - 1 + i;
		Form_pg_attribute att =
			TupleDescAttr(slot->tts_tupleDescriptor, column);

		end->isnull[i] = slot->tts_isnull[column];
		if (!end->isnull[i])
			end->values[i] = datumCopy(slot->tts_values[column], att->attbyval,
									   att->attlen);
	}
}

/* Take a row from the executor; false ends the batch. */
static bool
receive_row(TupleTableSlot *slot, DestReceiver *receiver)
{
	EventStream	  *stream = (EventStream *) receiver;
	MemoryContext  old;
	StringInfoData out;

	stream->nrows++;
	if (stream->end && stream->nrows > stream->end->size)
	{
		stream->end->more = stream->done = true;
		return false;
	}
	slot_getallattrs(slot);
	old = MemoryContextSwitchTo(MemoryContextGetParent(stream->batch));
	if (stream->end && stream->nrows == stream->end->size)
		keep_columns(stream->end, slot);
	MemoryContextSwitchTo(stream->batch);
	initStringInfo(&out);
	MemoryContextSwitchTo(stream->row);
	appendStringInfoSpaces(&out, VARHDRSZ);
	if (stream->csv)
		csv_print(stream->csv, slot->tts_values, slot->tts_isnull, &out);
	else
		event_print(stream->printer, slot->tts_values, slot->tts_isnull, &out);
	SET_VARSIZE(out.data, out.len);
	MemoryContextSwitchTo(old);
	MemoryContextReset(stream->row);

	if (stream->tag)
		stream->tags[stream->nevents] =
			DatumGetInt32(slot->tts_values[stream->tag - 1]);
	stream->events[stream->nevents++] = PointerGetDatum(out.data);
	stream->bytes += out.len;
	return stream->nevents < lengthof(stream->events) &&
		   stream->bytes < BATCH_BYTES;
}

/* What a receiver must have besides. */
static void
receiver_startup(DestReceiver *receiver, int operation, TupleDesc desc)
{
}

static void
receiver_end(DestReceiver *receiver)
{
}

/* Have the header of CSV come before the first event. */
static void
stream_header(EventStream *stream)
{
	MemoryContext  old = MemoryContextSwitchTo(stream->batch);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoSpaces(&out, VARHDRSZ);
	csv_print_header(stream->csv, &out);
	SET_VARSIZE(out.data, out.len);
	stream->events[stream->nevents++] = PointerGetDatum(out.data);
	MemoryContextSwitchTo(old);
}

/*
 * Start to run a question, in the current memory context, which must live as
 * long as the stream.
 */
EventStream *
event_stream_open(TopicQuery *query, AttrNumber tag)
{
	EventStream *stream = palloc0(sizeof(EventStream));
	PlannedStmt *plan = topic_query_plan(query);

	/*
	 * Compiled expressions gain nothing where every row is printed, and cost
	 * the first row a wait and the backend memory, both for each partition.
	 */
	plan->jitFlags = PGJIT_NONE;
	stream->receiver.receiveSlot = receive_row;
	stream->receiver.rStartup = receiver_startup;
	stream->receiver.rShutdown = receiver_end;
	stream->receiver.rDestroy = receiver_end;
	stream->receiver.mydest = DestNone;
	stream->printer = query->printer;
	stream->csv = query->csv;
	stream->tag = tag;
	stream->batch = AllocSetContextCreate(
		CurrentMemoryContext, "synclog events", ALLOCSET_DEFAULT_SIZES);
	stream->row = AllocSetContextCreate(CurrentMemoryContext, "synclog event",
										ALLOCSET_DEFAULT_SIZES);
	stream->query = CreateQueryDesc(plan, query->sql.data, GetActiveSnapshot(),
									InvalidSnapshot, &stream->receiver,
									query_parameters(query), NULL, 0);
	ExecutorStart(stream->query, 0);
	if (stream->csv)
		stream_header(stream);
	return stream;
}

/* Have a stream end where a page does. */
void
event_stream_end_page(EventStream *stream, PageEnd *end)
{
	stream->end = end;
}

/* Give the next event, which lives until the next batch; false at the end. */
bool
event_stream_next(EventStream *stream, Datum *event, int *tag)
{
	if (stream->next == stream->nevents && !stream->done)
	{
		MemoryContextReset(stream->batch);
		stream->nevents = stream->next = 0;
		stream->bytes = 0;
		PushActiveSnapshot(stream->query->snapshot);
		executor_run(stream->query, 0);
		PopActiveSnapshot();
		stream->done |= stream->nevents < lengthof(stream->events) &&
						stream->bytes < BATCH_BYTES;
	}
	if (stream->next == stream->nevents)
		return false;
	*event = stream->events[stream->next];
	if (tag)
		*tag = stream->tags[stream->next];
	stream->next++;
	return true;
}

/* End a stream, before its end or after. */
void
event_stream_close(EventStream *stream)
{
	ExecutorFinish(stream->query);
	ExecutorEnd(stream->query);
	FreeQueryDesc(stream->query);
}

/* End a stream whose reader wants no more. */
static void
release_stream(Datum stream)
{
	event_stream_close((EventStream *) DatumGetPointer(stream));
}

/*
 * Have a stream ended where the query that calls a set-returning function
 * ends before it does, as by LIMIT.  After an error there is nothing to do:
 * the transaction releases all.
 */
void
event_stream_close_with(EventStream *stream, FunctionCallInfo fcinfo)
{
	RegisterExprContextCallback(
		((ReturnSetInfo *) fcinfo->resultinfo)->econtext, release_stream,
		PointerGetDatum(stream));
}

/* End a stream at the end of its set-returning function. */
void
event_stream_done(EventStream *stream, FunctionCallInfo fcinfo)
{
	UnregisterExprContextCallback(
		((ReturnSetInfo *) fcinfo->resultinfo)->econtext, release_stream,
		PointerGetDatum(stream));
	event_stream_close(stream);
}

/* Refuse a page that cannot be. */
void
topic_query_check_page(const char *argument, int32 value, int32 least)
{
	if (value < least)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("%s must be at least %d", argument, least),
						errdetail("It is %d.", value),
						errhint("Leave it out for all events.")));
}

/*
 * Start the question that a function's arguments ask, of which topic, filter
 * and fields are the first: all of it but its order.
 */
TopicQuery *
topic_query_asked(FunctionCallInfo fcinfo, bool formatted,
				  NullableDatum ignore_case)
{
	TopicQuery *query;
	Oid		   *argtypes;
	int			nargs;

	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("topic must not be null")));
	query = topic_query(
		PG_GETARG_TEXT_PP(0),
		PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2)),
		formatted);
	topic_query_from(query);

	/* the filter's type is the one that this function was declared with */
	get_func_signature(fcinfo->flinfo->fn_oid, &argtypes, &nargs);
	topic_query_matches(query, argtypes[1], fcinfo->args[1], ignore_case);
	return query;
}

/* Open the stream that the arguments of query ask for. */
static EventStream *
open_query(FunctionCallInfo fcinfo)
{
	TopicQuery *query = topic_query_asked(
		fcinfo, PG_ARGISNULL(7) || PG_GETARG_BOOL(7), fcinfo->args[6]);
	char *sort_keys;

	sort_keys = PG_ARGISNULL(3) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(3));
	topic_order_by(query, topic_order(query, sort_keys), 0);
	if (!PG_ARGISNULL(4))
	{
		topic_query_check_page("page_size", PG_GETARG_INT32(4), 1);
		appendStringInfo(&query->sql, " LIMIT %d", PG_GETARG_INT32(4));
	}
	if (!PG_ARGISNULL(5))
	{
		topic_query_check_page("page_offset", PG_GETARG_INT32(5), 0);
		appendStringInfo(&query->sql, " OFFSET %d", PG_GETARG_INT32(5));
	}
	return event_stream_open(query, 0);
}

/* Be a set-returning function that gives the events of a stream. */
Datum
event_stream_srf(FunctionCallInfo fcinfo, EventStreamOpen open)
{
	FuncCallContext *call;
	Datum			 event;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext old;

		call = SRF_FIRSTCALL_INIT();
		old = MemoryContextSwitchTo(call->multi_call_memory_ctx);
		call->user_fctx = open(fcinfo);
		event_stream_close_with(call->user_fctx, fcinfo);
		MemoryContextSwitchTo(old);
	}
	call = SRF_PERCALL_SETUP();
	if (event_stream_next(call->user_fctx, &event, NULL))
		SRF_RETURN_NEXT(call, event);
	event_stream_done(call->user_fctx, fcinfo);
	SRF_RETURN_DONE(call);
}

PG_FUNCTION_INFO_V1(query_topic);

/* query(topic, filter, fields, ...) -> setof json */
Datum
query_topic(PG_FUNCTION_ARGS)
{
	return event_stream_srf(fcinfo, open_query);
}

/* Append the event with an _id; false if there is none. */
bool
topic_read(text *topic, Datum id, const char *fields, bool formatted,
		   StringInfo out)
{
	TopicQuery	*query = topic_query(topic, fields, formatted);
	EventStream *stream;
	Datum		 event;
	bool		 found;

	topic_query_from(query);
	appendStringInfo(&query->sql, " WHERE %s OPERATOR(pg_catalog.=) ",
					 topic_query_column(query, "_id"));
	topic_query_parameter(query, TEXTOID, id, false);
	/* the newest, where tenants or instants share an _id */
	topic_order_by(query, topic_order(query, "-timestamp"), 0);
	appendStringInfoString(&query->sql, " LIMIT 1");
	stream = event_stream_open(query, 0);
	found = event_stream_next(stream, &event, NULL);
	if (found)
		appendBinaryStringInfo(out, VARDATA_ANY(event),
							   VARSIZE_ANY_EXHDR(event));
	event_stream_close(stream);
	return found;
}

PG_FUNCTION_INFO_V1(read_event);

/* read(topic, id) -> json */
Datum
read_event(PG_FUNCTION_ARGS)
{
	StringInfoData event;

	initStringInfo(&event);
	if (!topic_read(PG_GETARG_TEXT_PP(0), PG_GETARG_DATUM(1), NULL, true,
					&event))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(event.data, event.len));
}
