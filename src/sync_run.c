/*
 * sync_run.c
 *		Runs of a synchronization with their log files: the answers to the
 *		requests of Alfresco Process Services, and the numbers of runs.  What
 *		is in an answer, and who may have it, is written in SQL.
 */
#include "postgres.h"

#include "catalog/dependency.h"
#include "catalog/pg_type_d.h"
#include "commands/sequence.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "page.h"
#include "request.h"

#define FETCH 1000

PG_FUNCTION_INFO_V1(synclog_sync_run_number);

/* Give the owner of a sequence. */
static Oid
owner_of_sequence(Oid sequence)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(sequence));
	Oid		  owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for sequence %u", sequence);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/* Draw the number of a run, as the owner of the sequence. */
Datum
synclog_sync_run_number(PG_FUNCTION_ARGS)
{
	Oid		  relid;
	List	 *sequences;
	Datum	  sequence;
	Datum	  number;
	AclResult acl;
	Oid		  save_user;
	int		  save_context;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	relid = PG_GETARG_OID(0);
	acl = pg_class_aclcheck(relid, GetUserId(), ACL_INSERT);
	if (acl != ACLCHECK_OK)
		aclcheck_error(acl, OBJECT_TABLE, get_rel_name(relid));
	sequences = getOwnedSequences(relid);
	if (sequences == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("no sequence belongs to table \"%s\"",
						get_rel_name(relid)),
				 errhint("ALTER SEQUENCE ... OWNED BY makes one belong to a "
						 "column of it; synclog.create_topics() does so.")));
	sequence = ObjectIdGetDatum(linitial_oid(sequences));

	/* until the next number is above, nobody else draws */
	LockRelationOid(DatumGetObjectId(sequence), ShareUpdateExclusiveLock);
	GetUserIdAndSecContext(&save_user, &save_context);
	SetUserIdAndSecContext(owner_of_sequence(DatumGetObjectId(sequence)),
						   save_context | SECURITY_LOCAL_USERID_CHANGE |
							   SECURITY_RESTRICTED_OPERATION);
	number = DirectFunctionCall1(nextval_oid, sequence);
	if (!PG_ARGISNULL(1) && DatumGetInt64(number) <= PG_GETARG_INT64(1))
	{
		(void) DirectFunctionCall2(setval_oid, sequence, PG_GETARG_DATUM(1));
		number = DirectFunctionCall1(nextval_oid, sequence);
	}
	SetUserIdAndSecContext(save_user, save_context);
	UnlockRelationOid(DatumGetObjectId(sequence), ShareUpdateExclusiveLock);
	return number;
}

/*
 * Append the rows of a query with one column of text, with something between
 * them and something behind each.
 */
static void
append_rows(const char *sql, int nargs, Oid *types, Datum *values,
			const char *nulls, const char *between, const char *behind,
			StringInfo out)
{
	Portal portal;
	bool   first = true;

	SPI_connect();
	portal = SPI_cursor_open_with_args(NULL, sql, nargs, types, values, nulls,
									   true, 0);
	for (;;)
	{
		SPI_cursor_fetch(portal, true, FETCH);
		if (SPI_processed == 0)
			break;
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			bool  isnull;
			text *row = DatumGetTextPP(SPI_getbinval(
				SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));

			if (!first)
				response_append(out, between, strlen(between));
			response_append(out, VARDATA_ANY(row), VARSIZE_ANY_EXHDR(row));
			response_append(out, behind, strlen(behind));
			first = false;
		}
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
	SPI_finish();
}

/* Answer GET /idm-sync-log-entries. */
void
answer_sync_runs(const Request *request, StringInfo out)
{
	Oid			types[] = {TEXTOID, INT8OID, INT8OID};
	const char *tenant = request->values[TENANT_ID];
	Datum		values[] = {tenant ? CStringGetTextDatum(tenant) : (Datum) 0,
					  Int64GetDatum(request_count(request, START, 0)),
					  Int64GetDatum(request_count(request, SIZE, 0))};
	char nulls[] = {tenant ? ' ' : 'n', ' ', request->values[SIZE] ? ' ' : 'n',
					'\0'};

	appendStringInfoChar(out, '[');
	append_rows("SELECT r::pg_catalog.text "
				"FROM synclog.sync_run_entries($1, $2, $3) r",
				lengthof(values), types, values, nulls, ",", "", out);
	appendStringInfoChar(out, ']');
}

/* Answer GET /idm-sync-log-entries/<id>/logfile. */
void
answer_sync_run_log(const Request *request, StringInfo out)
{
	Oid			types[] = {TEXTOID, TEXTOID};
	const char *tenant = request->values[TENANT_ID];
	Datum		values[] = {CStringGetTextDatum(request->segments[1]),
						tenant ? CStringGetTextDatum(tenant) : (Datum) 0};
	char		nulls[] = {' ', tenant ? ' ' : 'n', '\0'};

	append_rows("SELECT l FROM synclog.sync_run_logfile($1, $2) l",
				lengthof(values), types, values, nulls, "", "\n", out);
}
