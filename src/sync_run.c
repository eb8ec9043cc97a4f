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

#include "request.h"
#include "response.h"
#include "topic.h"

PG_FUNCTION_INFO_V1(sync_run_number);

/*
 * Give the highest number of a run, whoever may see it, or 0.  A number beyond
 * is no run's that was counted, and would leave none.
 */
static int64
highest_number(Oid relid)
{
	char *sql = psprintf("SELECT pg_catalog.max(r.number)::pg_catalog.int8 "
						 "FROM %s r "
						 "WHERE r.number OPERATOR(pg_catalog.<) "
						 "100000000000000000",
						 qualified_name(relid));
	Datum highest;
	bool  isnull;

	SPI_connect();
	if (SPI_execute(sql, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the numbers of runs");
	highest = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
							&isnull);
	SPI_finish();
	return isnull ? 0 : DatumGetInt64(highest);
}

/*
 * Draw the number of a run, as the owner of the table: who may add a run needs
 * no privilege on the sequence, and may not see the runs that there are.
 */
Datum
sync_run_number(PG_FUNCTION_ARGS)
{
	Oid		  relid = topic_relation("sync_run");
	List	 *sequences;
	Oid		  sequence;
	int64	  highest;
	Datum	  number;
	AclResult acl;
	Oid		  save_user;
	int		  save_context;

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
	sequence = linitial_oid(sequences);

	/* until the next number is above, nobody else draws */
	LockRelationOid(sequence, ShareUpdateExclusiveLock);
	GetUserIdAndSecContext(&save_user, &save_context);
	SetUserIdAndSecContext(owner_of(sequence),
						   save_context | SECURITY_LOCAL_USERID_CHANGE |
							   SECURITY_RESTRICTED_OPERATION);
	highest = highest_number(relid);
	number = DirectFunctionCall1(nextval_oid, ObjectIdGetDatum(sequence));
	if (DatumGetInt64(number) <= highest)
	{
		(void) DirectFunctionCall2(setval_oid, ObjectIdGetDatum(sequence),
								   Int64GetDatum(highest));
		number = DirectFunctionCall1(nextval_oid, ObjectIdGetDatum(sequence));
	}
	SetUserIdAndSecContext(save_user, save_context);
	UnlockRelationOid(sequence, ShareUpdateExclusiveLock);
	return number;
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
	response_append_rows("SELECT r::pg_catalog.text "
						 "FROM synclog.sync_run_entries($1, $2, $3) r",
						 lengthof(values), types, values, nulls, NULL, NULL,
						 ",", out);
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

	response_append_rows("SELECT l OPERATOR(pg_catalog.||) pg_catalog.chr(10) "
						 "FROM synclog.sync_run_logfile($1, $2) l",
						 lengthof(values), types, values, nulls, NULL, NULL,
						 "", out);
}
