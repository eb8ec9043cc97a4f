/*
 * ingest.c
 *		Stores rows of events in their topic's table, a batch at a time, tells
 *		duplicates from conflicts, and keeps what cannot be stored in table
 *		rejected.  It knows neither JSON nor where the events come from.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_type_d.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "compat.h"
#include "event_split.h"
#include "ingest.h"
#include "json_text.h"
#include "partition.h"
#include "tenant.h"
#include "topic.h"

/* Free the plans, which live apart from the memory context. */
static void
free_plans(void *arg)
{
	Ingest	  *ingest = arg;
	SPIPlanPtr plans[] = {ingest->insert, ingest->differing, ingest->known,
						  ingest->reject};

	for (int i = 0; i < lengthof(plans); i++)
	{
		if (plans[i])
			SPI_freeplan(plans[i]);
	}
	ingest->insert = ingest->differing = ingest->known = ingest->reject = NULL;
}

/* Check what the user may do, and lock the table for this transaction. */
static bool
check_access(Oid relid)
{
	AclResult acl;

	LockRelationOid(relid, RowExclusiveLock);
	acl = pg_class_aclcheck(relid, GetUserId(), ACL_INSERT);
	if (acl != ACLCHECK_OK)
		aclcheck_error(acl, OBJECT_TABLE, get_rel_name(relid));
	return pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}

/* Learn whose events these are, which a session may change between calls. */
static void
set_tenant(Ingest *ingest)
{
	char *tenant = tenant_to_store(ingest->relid);

	if ((tenant == NULL) != (ingest->tenant == NULL) && ingest->reject)
	{
		SPI_freeplan(ingest->reject);
		ingest->reject = NULL;
	}
	if (ingest->tenant)
		pfree(ingest->tenant);
	ingest->tenant = tenant ? MemoryContextStrdup(ingest->cxt, tenant) : NULL;
	event_reader_set_tenant(ingest->reader, ingest->tenant);
}

/*
 * Begin to store events in a topic's table.  Everything is in a new child of
 * the current memory context.
 */
Ingest *
ingest_begin(const char *topic, Oid relid, bool strict)
{
	bool		  may_read = check_access(relid);
	MemoryContext cxt = AllocSetContextCreate(
		CurrentMemoryContext, "synclog ingest", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(cxt);
	Ingest		 *ingest = palloc0(sizeof(Ingest));
	Relation	  relation = table_open(relid, NoLock);
	Oid			  type = relation->rd_rel->reltype;

	ingest->cxt = cxt;
	ingest->topic = pstrdup(topic);
	ingest->relid = relid;
	ingest->table = qualified_name(relid);
	ingest->shape = assign_record_type_identifier(type, -1);
	ingest->strict = strict;
	ingest->may_read = may_read;
	ingest->hidden = tenant_hides_rows(relid);
	ingest->received = GetCurrentTimestamp();
	ingest->reader = event_reader_create(relation);
	set_tenant(ingest);
	ingest->array_type = get_array_type(type);
	ingest->callback.func = free_plans;
	ingest->callback.arg = ingest;
	MemoryContextRegisterResetCallback(cxt, &ingest->callback);

	SPI_connect();
	ingest_prepare(ingest, relation);
	SPI_finish();
	table_close(relation, NoLock);

	ingest->batch =
		AllocSetContextCreate(cxt, "synclog batch", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(caller);
	return ingest;
}

/*
 * Go on storing in a later transaction; false if the table, or what the user
 * may do, is no longer as it was.
 */
bool
ingest_resume(Ingest *ingest)
{
	bool may_read = check_access(ingest->relid);
	Oid	 type = get_rel_type_id(ingest->relid);

	ingest->received = GetCurrentTimestamp();
	set_tenant(ingest);
	return may_read == ingest->may_read &&
		   ingest->hidden == tenant_hides_rows(ingest->relid) &&
		   ingest->shape == assign_record_type_identifier(type, -1) &&
		   strcmp(ingest->table, qualified_name(ingest->relid)) == 0;
}

/*
 * Find table rejected beside a topic's table.  In a schema where everybody may
 * create tables it may be anybody's: only the topic's owner's or a superuser's
 * will do.
 */
static Oid
rejected_table(Oid topic)
{
	Oid relid = get_relname_relid("rejected", get_rel_namespace(topic));
	Oid owner = owner_of(relid);

	if (!OidIsValid(owner) ||
		(owner != owner_of(topic) && !superuser_arg(owner)))
		return InvalidOid;
	return relid;
}

/*
 * Keep what cannot be stored in table rejected of the topic's schema, without
 * its text if that may hold credentials.
 */
static void
ingest_reject(Ingest *ingest, const char *reason, const char *text, int len,
			  bool withhold)
{
	Oid	  relid = rejected_table(ingest->relid);
	Datum values[5] = {0};
	char  nulls[] = "     ";
	int	  rc;

	ingest->rejected++;
	if (withhold)
	{
		reason = psprintf("%s; its text may hold credentials and is not kept",
						  reason);
		len = 0;
	}
	if (!OidIsValid(relid))
	{
		if (ingest->nunkept++ == 0)
			ingest->unkept = MemoryContextStrdup(ingest->cxt, reason);
		return;
	}
	values[0] = CStringGetTextDatum(ingest->topic);
	values[1] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[2] = CStringGetTextDatum(reason);
	values[3] = PointerGetDatum(cstring_to_text_with_len(text, len));
	if (len == 0)
		nulls[3] = 'n';
	if (ingest->tenant)
		values[4] = CStringGetTextDatum(ingest->tenant);
	else
		nulls[4] = 'n';

	SPI_connect();
	if (ingest->reject == NULL)
		ingest_prepare_reject(ingest, relid);
	rc = SPI_execute_plan(ingest->reject, values, nulls, false, 0);
	if (rc != SPI_OK_INSERT)
		elog(ERROR, "could not keep a rejected event: %s",
			 SPI_result_code_string(rc));
	SPI_finish();
}

/*
 * Reject a text that is no event.  Where one names a credential, the next ones
 * may hold it: their texts are not kept until an event comes that can be read.
 */
void
ingest_unreadable(Ingest *ingest, const char *reason, const char *text,
				  int len, bool withhold)
{
	ingest->withhold |= withhold;
	ingest_reject(ingest, reason, text, len, ingest->withhold);
}

/* Make an array of the rows of events. */
static Datum
make_array(Ingest *ingest, Event **events, int n)
{
	Datum *rows = palloc(sizeof(Datum) * n);

	for (int i = 0; i < n; i++)
		rows[i] = HeapTupleGetDatum(events[i]->tuple);
	return PointerGetDatum(
		construct_array(rows, n, get_element_type(ingest->array_type), -1,
						false, TYPALIGN_DOUBLE));
}

/* Insert events; how many were not there yet. */
static int64
insert_events(Ingest *ingest, Event **events, int n)
{
	Datum array = make_array(ingest, events, n);
	int64 stored;
	int	  rc;

	SPI_connect();
	rc = SPI_execute_plan(ingest->insert, &array, NULL, false, 0);
	if (rc != SPI_OK_INSERT)
		elog(ERROR, "could not store events: %s", SPI_result_code_string(rc));
	stored = SPI_processed;
	SPI_finish();
	return stored;
}

/* Tell whether an error is about what was to be stored. */
static bool
is_about_content(int sqlerrcode)
{
	int category = ERRCODE_TO_CATEGORY(sqlerrcode);

	return category == ERRCODE_DATA_EXCEPTION ||
		   category == ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION ||
		   category == ERRCODE_PROGRAM_LIMIT_EXCEEDED ||
		   sqlerrcode == ERRCODE_WITH_CHECK_OPTION_VIOLATION ||
		   sqlerrcode == ERRCODE_RAISE_EXCEPTION;
}

/* A batch of events to insert. */
typedef struct Batch
{
	Ingest *ingest;
	Event **events;
	int		n;
	int64	stored;
} Batch;

/* Insert a batch. */
static void
insert_batch(void *arg)
{
	Batch *batch = arg;

	batch->stored = insert_events(batch->ingest, batch->events, batch->n);
}

/*
 * Insert events in a subtransaction.  -1 if the table's constraints, triggers
 * or indexes refuse one of them, with the reason.
 */
static int64
try_insert(Ingest *ingest, Event **events, int n, char **reason)
{
	Batch	   batch = {ingest, events, n};
	ErrorData *error = attempt(insert_batch, &batch);

	if (error == NULL)
		return batch.stored;
	if (!is_about_content(error->sqlerrcode))
		ReThrowError(error);
	*reason = error->message;
	return -1;
}

/* Which events of a batch a statement finds; NULL entries are taken out. */
static int
take_out(Ingest *ingest, SPIPlanPtr plan, Event **events, int n,
		 const char *conflict)
{
	Datum		  args[3];
	TimestampTz	  first = events[0]->timestamp;
	TimestampTz	  last = events[0]->timestamp;
	MemoryContext caller = CurrentMemoryContext;
	int			 *found;
	int			  nfound;
	bool		  isnull;

	for (int i = 1; i < n; i++)
	{
		first = Min(first, events[i]->timestamp);
		last = Max(last, events[i]->timestamp);
	}
	args[0] = make_array(ingest, events, n);
	args[1] = TimestampTzGetDatum(first);
	args[2] = TimestampTzGetDatum(last);

	SPI_connect();
	if (SPI_execute_plan(plan, args, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look for events");
	nfound = SPI_processed;
	found = MemoryContextAlloc(caller, sizeof(int) * (nfound + 1));
	for (int i = 0; i < nfound; i++)
		found[i] =
			DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i],
										SPI_tuptable->tupdesc, 1, &isnull)) -
			1;
	SPI_finish();

	for (int i = 0; i < nfound; i++)
	{
		Event *event = events[found[i]];

		if (conflict)
			ingest_reject(ingest, conflict, event->text.data, event->text.len,
						  false);
		event->tuple = NULL;
	}
	return nfound;
}

/* Insert events and tell what became of those that were there already. */
static void
store_events(Ingest *ingest, Event **events, int n)
{
	int64 stored;
	int64 missing;
	char *reason = NULL;

	stored = ingest->strict ? insert_events(ingest, events, n)
							: try_insert(ingest, events, n, &reason);
	if (stored < 0)
	{
		/* one of them is refused: find out which */
		if (n == 1)
			ingest_reject(ingest, reason, events[0]->text.data,
						  events[0]->text.len, false);
		else
		{
			store_events(ingest, events, n / 2);
			store_events(ingest, events + n / 2, n - n / 2);
		}
		return;
	}
	missing = n - stored;
	if (missing > 0 && ingest->may_read)
		missing -= take_out(ingest, ingest->differing, events, n, "conflict");
	ingest->stored += stored;
	ingest->duplicates += missing;
}

/* Store what the batch holds. */
void
ingest_flush(Ingest *ingest)
{
	MemoryContext caller = MemoryContextSwitchTo(ingest->batch);
	TimestampTz	 *instants = palloc(sizeof(TimestampTz) * INGEST_BATCH);
	Event		**events = palloc(sizeof(Event *) * INGEST_BATCH);
	int			  n = 0;

	/* events without a time of their own are known by their _id */
	if (ingest->nlate > 0 && ingest->may_read)
	{
		for (int i = 0; i < ingest->n; i++)
		{
			if (ingest->events[i].late)
				events[n++] = &ingest->events[i];
		}
		ingest->duplicates += take_out(ingest, ingest->known, events, n, NULL);
	}
	n = 0;
	for (int i = 0; i < ingest->n; i++)
	{
		if (ingest->events[i].tuple == NULL)
			continue;
		instants[n] = ingest->events[i].timestamp;
		events[n++] = &ingest->events[i];
	}
	if (n > 0)
	{
		partition_make_months(ingest->relid, instants, n);
		store_events(ingest, events, n);
	}
	ingest->n = ingest->nlate = 0;
	ingest->bytes = 0;
	MemoryContextSwitchTo(caller);
	MemoryContextReset(ingest->batch);
}

/* Warn of what was rejected and nothing could keep. */
void
ingest_warn(Ingest *ingest)
{
	if (ingest->nunkept == 0)
		return;
	ereport(WARNING,
			(errmsg_plural("%lld event could not be stored and is not kept",
						   "%lld events could not be stored and are not kept",
						   ingest->nunkept, (long long) ingest->nunkept),
			 errdetail_internal("The first reason: %s.", ingest->unkept),
			 errhint("Create table \"rejected\" (topic text, received_at "
					 "timestamptz, reason text, event text) in the schema "
					 "of the topic's table, as its owner.")));
	ingest->nunkept = 0;
}

/* Say that something is no event, and what to do about it. */
void
event_refuse(const Event *event)
{
	if (event->response)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("this is a response of a server, not an event"),
						errhint("Function synclog.load() takes the events out "
								"of a response.")));
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("event cannot be stored"),
					errdetail_internal("The reason: %s.", event->reason)));
}

/* Add the events of a response to the batch, each with its own fate. */
static void
ingest_response(Ingest *ingest, const Event *response)
{
	static char *const members[] = {"start", "result", "entries", "summary"};
	MemoryContext cxt = AllocSetContextCreate(ingest->cxt, "synclog response",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(cxt);
	int			  all_len = response->text.len;
	char		 *all = pnstrdup(response->text.data, all_len);
	const char	 *text;
	int			  len;

	/* *response goes with the first event, its text with a full batch */
	check_stack_depth();
	for (int i = 0; i < lengthof(members); i++)
	{
		EventSource source;
		JsonText	value = {all, all + all_len};

		if (!json_text_find(&value, (char **) &members[i], 1, false) ||
			(*value.at != '{' && *value.at != '['))
			continue;
		event_source_text(&source, value.at, value.end - value.at);
		while (event_source_next(&source, &text, &len))
			(void) ingest_event(ingest, text, len);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(cxt);
}

/* Read an event into the batch, and give its _id if it is one. */
char *
ingest_event(Ingest *ingest, const char *text, int len)
{
	MemoryContext caller;
	Event		 *event;

	if (ingest->n == INGEST_BATCH || ingest->bytes > INGEST_BATCH_BYTES)
		ingest_flush(ingest);
	caller = MemoryContextSwitchTo(ingest->batch);
	event = &ingest->events[ingest->n];
	if (event_read(ingest->reader, text, len, ingest->received, event))
	{
		ingest->n++;
		ingest->nlate += event->late;
		ingest->withhold = false;
	}
	else if (ingest->strict)
		event_refuse(event);
	else if (event->response)
		ingest_response(ingest, event);
	else
		ingest_unreadable(ingest, event->reason, event->text.data,
						  event->text.len, event->withheld);
	ingest->bytes += len;
	MemoryContextSwitchTo(caller);
	return event->id;
}
