/*
 * ingest_sql.c
 *		The statements that storing events takes, for a table of any layout.
 *		It knows nothing of events and of what becomes of them.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "field.h"
#include "ingest.h"
#include "topic.h"

/* Prepare a statement to be kept. */
static SPIPlanPtr
prepare(const char *sql, int nargs, Oid *argtypes)
{
	SPIPlanPtr plan = SPI_prepare(sql, nargs, argtypes);

	if (plan == NULL || SPI_keepplan(plan) != 0)
		elog(ERROR, "could not prepare a statement: %s",
			 SPI_result_code_string(SPI_result));
	return plan;
}

/* What a list of columns is for. */
typedef enum
{
	LIST_ROW,	 /* all live ones */
	LIST_INSERT, /* those that an INSERT may name */
	LIST_COMPARE /* those that are equal when the same event comes again */
} ListKind;

/* Tell whether a column's default gives another value each time. */
static bool
default_varies(Relation relation, AttrNumber attno)
{
	Node *value = build_column_default(relation, attno);

	return value != NULL && contain_mutable_functions(value);
}

/* List columns for SQL. */
static char *
column_list(Relation relation, const char *alias, ListKind kind)
{
	TupleDesc	   desc = RelationGetDescr(relation);
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped ||
			(kind != LIST_ROW && (att->attgenerated || att->attidentity)) ||
			(kind == LIST_COMPARE && default_varies(relation, i + 1)))
			continue;
		appendStringInfo(&list, "%s%s%s", list.len ? ", " : "", alias,
						 quote_identifier(NameStr(att->attname)));
	}
	return list.data;
}

/* Prepare the statements of a table. */
void
ingest_prepare(Ingest *ingest, Relation relation)
{
	Oid		 argtypes[] = {ingest->array_type, TIMESTAMPTZOID, TIMESTAMPTZOID};
	char	*columns = column_list(relation, "", LIST_INSERT);
	char	*row = column_list(relation, "", LIST_ROW);
	RowShape shape;
	char	*rows;
	char	*same;
	char	*at;
	char	*taken = "";

	ingest->insert = prepare(
		psprintf(
			"INSERT INTO %s (%s) SELECT %s FROM pg_catalog.unnest($1) r(%s) "
			"ON CONFLICT DO NOTHING",
			ingest->table, columns, columns, row),
		1, argtypes);
	if (!ingest->may_read)
		return;

	/*
	 * Which events of a batch are known by their _id, and which have no equal
	 * one there.  OFFSET keeps the planner from reading a month for a batch.
	 */
	field_row_shape(RelationGetDescr(relation), &shape);
	rows = psprintf("SELECT r.\" ordinality\" FROM pg_catalog.unnest($1) "
					"WITH ORDINALITY r(%s, \" ordinality\") WHERE ",
					row);
	same = psprintf("EXISTS (SELECT FROM %s t "
					"WHERE t.id OPERATOR(pg_catalog.=) r.id%s",
					ingest->table,
					shape.tenant
						? " AND t.tenant_id OPERATOR(pg_catalog.=) r.tenant_id"
						: "");
	ingest->known =
		prepare(psprintf("%s %s OFFSET 0)", rows, same), 1, argtypes);
	at = " AND t.\"timestamp\" OPERATOR(pg_catalog.=) r.\"timestamp\" "
		 "AND t.\"timestamp\" OPERATOR(pg_catalog.>=) $2 "
		 "AND t.\"timestamp\" OPERATOR(pg_catalog.<=) $3";

	/* of what a policy hides nothing is told but that it is a duplicate */
	if (ingest->hidden)
		taken = psprintf("%s%s OFFSET 0) AND ", same, shape.tenant ? at : "");
	ingest->differing = prepare(
		psprintf("%s %sNOT %s%s "
				 "AND ROW(%s)::pg_catalog.record OPERATOR(pg_catalog.*=) "
				 "ROW(%s)::pg_catalog.record OFFSET 0)",
				 rows, taken, same, at,
				 column_list(relation, "t.", LIST_COMPARE),
				 column_list(relation, "r.", LIST_COMPARE)),
		3, argtypes);
}

/* Prepare to keep what is rejected, with its tenant where there is one. */
void
ingest_prepare_reject(Ingest *ingest, Oid rejected)
{
	Oid	 argtypes[] = {TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID};
	bool tenant = ingest->tenant != NULL &&
				  get_attnum(rejected, "tenant_id") != InvalidAttrNumber;

	ingest->reject = prepare(
		psprintf("INSERT INTO %s (topic, received_at, reason, event%s) "
				 "VALUES ($1, $2, $3, $4%s)",
				 qualified_name(rejected), tenant ? ", tenant_id" : "",
				 tenant ? ", $5" : ""),
		lengthof(argtypes), argtypes);
}
