/*
 * partition.c
 *		Months of topics' tables: makes the partition that an event needs.  It
 *		works for every table that is partitioned by ranges of one timestamptz
 *		and knows nothing of events.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_type_d.h"
#include "commands/defrem.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "partitioning/partbounds.h"
#include "partitioning/partdesc.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/partcache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "field.h"
#include "partition.h"

/* A gap between partitions, narrowed to the month of an instant. */
typedef struct Gap
{
	TimestampTz from;
	TimestampTz until;
	char		month[16]; /* as "2026_11" */
} Gap;

PG_FUNCTION_INFO_V1(synclog_make_month);

/* Tell whether a table has months, of the time of its events. */
static bool
has_months(Relation relation)
{
	PartitionKey key = RelationGetPartitionKey(relation);

	return key != NULL && key->strategy == PARTITION_STRATEGY_RANGE &&
		   key->partnatts == 1 && key->parttypid[0] == TIMESTAMPTZOID &&
		   key->partattrs[0] != InvalidAttrNumber &&
		   strcmp(NameStr(TupleDescAttr(RelationGetDescr(relation),
										key->partattrs[0] - 1)
							  ->attname),
				  "timestamp") == 0;
}

/* Give the first instant of a month in UTC. */
static TimestampTz
start_of_month(int year, int month)
{
	return (TimestampTz) (date2j(year + (month - 1) / 12, (month - 1) % 12 + 1,
								 1) -
						  POSTGRES_EPOCH_JDATE) *
		   USECS_PER_DAY;
}

/*
 * Find what an instant that has no partition needs: its month, as far as no
 * other partition reaches into it.  False if it has one.
 */
static bool
find_gap(Relation relation, TimestampTz instant, Gap *gap)
{
	PartitionKey	   key = RelationGetPartitionKey(relation);
	PartitionDesc	   desc = RelationGetPartitionDesc(relation, true);
	PartitionBoundInfo bounds = desc->boundinfo;
	Datum			   value = TimestampTzGetDatum(instant);
	struct pg_tm	   tm;
	fsec_t			   fsec;

	if (timestamp2tm(instant, NULL, &tm, &fsec, NULL, NULL) != 0)
		return false;
	gap->from = start_of_month(tm.tm_year, tm.tm_mon);
	gap->until = start_of_month(tm.tm_year, tm.tm_mon + 1);
	snprintf(gap->month, sizeof(gap->month), "%04d_%02d", tm.tm_year,
			 tm.tm_mon);

	if (desc->nparts > 0)
	{
		bool equal;
		int	 i = partition_range_datum_bsearch(
			 key->partsupfunc, key->partcollation, bounds, 1, &value, &equal);

		if (bounds->indexes[i + 1] >= 0)
			return false;

		/* a default partition holds whatever has no other */
		if (partition_bound_has_default(bounds))
			return false;
		if (i >= 0 && bounds->kind[i][0] == PARTITION_RANGE_DATUM_VALUE)
			gap->from =
				Max(gap->from, DatumGetTimestampTz(bounds->datums[i][0]));
		if (i + 1 < bounds->ndatums &&
			bounds->kind[i + 1][0] == PARTITION_RANGE_DATUM_VALUE)
			gap->until =
				Min(gap->until, DatumGetTimestampTz(bounds->datums[i + 1][0]));
	}
	return true;
}

/* Give an end of a month as SQL writes it; the first and the last have none.
 */
static const char *
bound_text(TimestampTz bound)
{
	if (!IS_VALID_TIMESTAMP(bound))
		return bound < 0 ? "MINVALUE" : "MAXVALUE";
	return quote_literal_cstr(DatumGetCString(
		DirectFunctionCall1(timestamptz_out, TimestampTzGetDatum(bound))));
}

/* Run a utility command. */
static void
run(const char *command)
{
	int rc = SPI_execute(command, false, 0);

	if (rc != SPI_OK_UTILITY)
		elog(ERROR, "could not make a partition: %s",
			 SPI_result_code_string(rc));
}

/* Tell whether some index of a table is unique. */
static bool
has_unique_index(Relation relation)
{
	ListCell *lc;
	bool	  found = false;

	foreach (lc, RelationGetIndexList(relation))
	{
		Relation index = RelationIdGetRelation(lfirst_oid(lc));

		found |= index->rd_index->indisunique;
		RelationClose(index);
	}
	return found;
}

/*
 * Make the partition for a gap, as the owner of the table: whoever stores
 * events owns nothing.  A partition of its own that is then attached does not
 * keep readers and writers of other months waiting.
 */
static void
make_partition(Oid relid, const Gap *gap)
{
	Relation relation = table_open(relid, NoLock);
	Oid		 schema = RelationGetNamespace(relation);
	Oid		 owner = relation->rd_rel->relowner;
	bool	 unique = has_unique_index(relation);
	bool	 secured = relation->rd_rel->relrowsecurity;
	RowShape shape;
	char	*parent;
	char	*name;
	char	*partition;
	Oid		 save_user;
	int		 save_context;
	int		 save_nestlevel;

	field_row_shape(RelationGetDescr(relation), &shape);
	parent = quote_qualified_identifier(get_namespace_name(schema),
										RelationGetRelationName(relation));
	name = pstrdup(RelationGetRelationName(relation));
	table_close(relation, NoLock);

	GetUserIdAndSecContext(&save_user, &save_context);
	SetUserIdAndSecContext(owner, save_context | SECURITY_LOCAL_USERID_CHANGE |
									  SECURITY_RESTRICTED_OPERATION);
	save_nestlevel = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("client_min_messages", "warning", PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("datestyle", "ISO", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("timezone", "UTC", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	SPI_connect();

	name = ChooseRelationName(name, NULL, gap->month, schema, false);
	partition = quote_qualified_identifier(get_namespace_name(schema), name);
	run(psprintf("CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING INDEXES "
				 "EXCLUDING IDENTITY EXCLUDING COMMENTS)",
				 partition, parent));
	/* policies hold for what is asked through the table */
	if (secured && SPI_execute(psprintf("SELECT synclog.hide_table(%s)",
										quote_literal_cstr(partition)),
							   false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not hide a partition");
	if (!unique)
		run(psprintf("CREATE UNIQUE INDEX ON %s (\"timestamp\", id%s)",
					 partition, shape.tenant ? ", tenant_id" : ""));
	run(psprintf(
		"ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%s) TO (%s)",
		parent, partition, bound_text(gap->from), bound_text(gap->until)));

	SPI_finish();
	AtEOXact_GUC(false, save_nestlevel);
	SetUserIdAndSecContext(save_user, save_context);
}

/*
 * Make the partitions that instants need and the table does not have.  The
 * caller has seen to it that the user may insert into the table.
 */
void
partition_make_months(Oid relid, const TimestampTz *instants, int n)
{
	Relation relation = table_open(relid, RowExclusiveLock);
	bool	 months = has_months(relation);
	bool	 locked = false;
	Gap		 gap;

	for (int i = 0; months && i < n; i++)
	{
		while (find_gap(relation, instants[i], &gap))
		{
			table_close(relation, NoLock);
			if (locked)
				make_partition(relid, &gap);
			else
			{
				/* another session may have made it while we wait for the lock
				 */
				LockRelationOid(relid, ShareUpdateExclusiveLock);
				locked = true;
			}
			relation = table_open(relid, NoLock);
		}
	}
	table_close(relation, NoLock);
}

/* Make the partition of a topic's table that an instant needs. */
Datum
synclog_make_month(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	TimestampTz instant = PG_GETARG_TIMESTAMPTZ(1);
	Relation	relation = table_open(relid, AccessShareLock);

	/* the table may be no topic's: its owner has not asked for months */
	if (!has_privs_of_role(GetUserId(), relation->rd_rel->relowner))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE,
					   RelationGetRelationName(relation));
	table_close(relation, NoLock);
	partition_make_months(relid, &instant, 1);
	PG_RETURN_VOID();
}
