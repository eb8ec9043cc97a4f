/*
 * event_row.c
 *		The row that an event becomes: how each column of a topic's table is
 *		filled, what it holds where the event says nothing, and the _id of an
 *		event that has none.  It knows nothing of JSON.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "catalog/pg_am_d.h"
#include "catalog/pg_type_d.h"
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "executor/executor.h"
#include "mb/pg_wchar.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "event_row.h"

/* An event without _id that came in this call. */
typedef struct Ordinal
{
	uint8 hash[16];
	int	  count;
} Ordinal;

/* Make a text value. */
Datum
event_row_text(const char *s, int len)
{
	struct varlena *result = palloc(len + VARHDRSZ);

	SET_VARSIZE(result, len + VARHDRSZ);
	memcpy(VARDATA(result), s, len);
	return PointerGetDatum(result);
}

/* Limit a column's values to what fits an entry of a btree index. */
static void
limit_column(EventReader *reader, AttrNumber attno)
{
	if (attno > 0 && reader->columns[attno - 1].kind == COLUMN_TEXT)
		reader->columns[attno - 1].max_len = EVENT_MAX_ID;
}

/* Find the columns whose values must fit an entry of a btree index. */
static void
limit_indexed_columns(EventReader *reader, Relation relation)
{
	List	 *indexes = RelationGetIndexList(relation);
	ListCell *lc;

	foreach (lc, indexes)
	{
		Relation  index = index_open(lfirst_oid(lc), AccessShareLock);
		ListCell *expr;

		if (index->rd_rel->relam == BTREE_AM_OID)
		{
			for (int i = 0; i < IndexRelationGetNumberOfAttributes(index); i++)
				limit_column(reader, index->rd_index->indkey.values[i]);

			/* of expressions those that give a column's value as it is */
			foreach (expr, RelationGetIndexExpressions(index))
			{
				List	 *vars = NIL;
				ListCell *var;

				if (IsA(lfirst(expr), CoalesceExpr) ||
					IsA(lfirst(expr), CaseExpr))
					vars = pull_var_clause(lfirst(expr), 0);
				foreach (var, vars)
					limit_column(reader, lfirst_node(Var, var)->varattno);
			}
		}
		index_close(index, AccessShareLock);
	}
	list_free(indexes);
}

/* Learn how a column is filled. */
static void
set_up_column(EventReader *reader, Relation relation, EventColumn *column)
{
	Form_pg_attribute att =
		TupleDescAttr(RelationGetDescr(relation), column->attno - 1);
	Oid	  function;
	bool  varlena;
	Node *value;

	column->type = att->atttypid;
	column->typmod = att->atttypmod;
	column->required = att->attnotnull;
	column->insertable = !att->attgenerated && !att->attidentity;
	if (!column->insertable)
		return;

	switch (att->atttypid)
	{
		case TEXTOID:
			column->kind = COLUMN_TEXT;
			break;
		case TIMESTAMPTZOID:
			column->kind = COLUMN_TIMESTAMP;
			break;
		case BOOLOID:
			column->kind = COLUMN_BOOLEAN;
			break;
		case JSONBOID:
			column->kind = COLUMN_JSONB;
			break;
		default:
			column->kind = COLUMN_OTHER;
			getTypeInputInfo(att->atttypid, &function, &column->ioparam);
			fmgr_info(function, &column->in);
			getTypeOutputInfo(att->atttypid, &function, &varlena);
			fmgr_info(function, &column->out);
	}

	value = build_column_default(relation, column->attno);
	if (value)
		column->value_if_absent =
			ExecInitExpr(expression_planner((Expr *) value), NULL);
	if (field_is_member(reader->desc, &reader->shape, column->attno))
	{
		column->member = field_member_of(NameStr(att->attname));
		column->member_len = strlen(column->member);

		/* a name that the rule does not lead back to is no member */
		if (field_column_of(reader->desc, &reader->shape, column->member,
							column->member_len) != column->attno)
			column->member = NULL;
	}
}

/* Prepare for filling rows of a table, in the current memory context. */
EventReader *
event_row_set_up(Relation relation)
{
	EventReader *reader = palloc0(sizeof(EventReader));
	TupleDesc	 desc = CreateTupleDescCopyConstr(RelationGetDescr(relation));

	/* SQL_ASCII takes bytes as they are, and those of events are UTF-8 */
	if (GetDatabaseEncoding() != PG_UTF8 &&
		GetDatabaseEncoding() != PG_SQL_ASCII)
		ereport(
			ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("events can be stored in databases with encoding UTF8 or "
					"SQL_ASCII only"),
			 errdetail("The encoding of this database is %s.",
					   GetDatabaseEncodingName())));

	reader->cxt = CurrentMemoryContext;
	reader->desc = desc;
	field_row_shape(desc, &reader->shape);
	reader->ncolumns = desc->natts;
	reader->columns = palloc0(sizeof(EventColumn) * desc->natts);
	reader->values = palloc(sizeof(Datum) * desc->natts);
	reader->nulls = palloc(sizeof(bool) * desc->natts);
	reader->given = palloc(sizeof(bool) * desc->natts);
	reader->econtext = CreateStandaloneExprContext();
	for (int i = 0; i < desc->natts; i++)
	{
		reader->columns[i].attno = i + 1;
		if (!TupleDescAttr(desc, i)->attisdropped)
			set_up_column(reader, relation, &reader->columns[i]);
	}
	limit_indexed_columns(reader, relation);

	reader->id = field_column_of(desc, &reader->shape, "_id", 3);
	reader->timestamp = field_column_of(desc, &reader->shape, "timestamp", 9);
	reader->tenant_column =
		reader->shape.tenant
			? reader->shape.tenant
			: field_column_of(desc, &reader->shape, "tenantId", 8);
	if (reader->id == InvalidAttrNumber ||
		reader->columns[reader->id - 1].kind != COLUMN_TEXT ||
		reader->timestamp == InvalidAttrNumber ||
		reader->columns[reader->timestamp - 1].kind != COLUMN_TIMESTAMP)
		ereport(
			ERROR,
			(errcode(ERRCODE_WRONG_OBJECT_TYPE),
			 errmsg("\"%s\" cannot hold events",
					RelationGetRelationName(relation)),
			 errhint(
				 "A topic's table has a column id of type text and a column "
				 "\"timestamp\" of type timestamp with time zone.")));

	return reader;
}

/* Find the column of a member; members mostly come in the same order. */
EventColumn *
event_row_column(EventReader *reader, const char *member)
{
	int len = strlen(member);

	for (int n = 0; n < reader->ncolumns; n++)
	{
		EventColumn *column = &reader->columns[reader->hint];

		reader->hint = (reader->hint + 1) % reader->ncolumns;
		if (column->member && column->member_len == len &&
			memcmp(column->member, member, len) == 0)
			return column;
	}
	return NULL;
}

/* Forget which events without _id came, at the end of a call. */
void
event_reader_forget(EventReader *reader)
{
	if (reader->ordinals)
		hash_destroy(reader->ordinals);
	reader->ordinals = NULL;
}

/* Say whose events these are; NULL: as the table's column says by default. */
void
event_reader_set_tenant(EventReader *reader, const char *tenant)
{
	reader->tenant = tenant;
}

/* Make the value of the tenant's column. */
static Datum
tenant_value(EventReader *reader)
{
	EventColumn *column = &reader->columns[reader->tenant_column - 1];
	Oid			 function;
	Oid			 ioparam;

	if (column->kind == COLUMN_TEXT)
		return event_row_text(reader->tenant, strlen(reader->tenant));
	getTypeInputInfo(column->type, &function, &ioparam);
	return OidInputFunctionCall(function, (char *) reader->tenant, ioparam,
								column->typmod);
}

/*
 * Make an _id that follows from an event's canonical text: its hash, and which
 * of the equal ones of this call it is.
 */
char *
event_row_derive_id(EventReader *reader, const char *canonical, int len)
{
	uint8			   hash[PG_SHA256_DIGEST_LENGTH];
	pg_cryptohash_ctx *cxt;
	Ordinal			  *ordinal;
	StringInfoData	   id;
	bool			   found;

	cxt = pg_cryptohash_create(PG_SHA256);
	if (cxt == NULL || pg_cryptohash_init(cxt) < 0 ||
		pg_cryptohash_update(cxt, (const uint8 *) canonical, len) < 0 ||
		pg_cryptohash_final(cxt, hash, sizeof(hash)) < 0)
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR),
						errmsg("could not compute the hash of an event")));
	pg_cryptohash_free(cxt);

	if (reader->ordinals == NULL)
	{
		HASHCTL ctl = {.keysize = sizeof(ordinal->hash),
					   .entrysize = sizeof(Ordinal),
					   .hcxt = reader->cxt};

		reader->ordinals = hash_create("synclog events without _id", 64, &ctl,
									   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	ordinal = hash_search(reader->ordinals, hash, HASH_ENTER, &found);
	if (!found)
		ordinal->count = 0;

	initStringInfo(&id);
	for (int i = 0; i < sizeof(ordinal->hash); i++)
		appendStringInfo(&id, "%02x", hash[i]);
	appendStringInfo(&id, "-%d", ++ordinal->count);
	return id.data;
}

/*
 * Fill the columns that the event says nothing about and make the row; NULL if
 * the table does not take it, with the reason.
 */
HeapTuple
event_row_complete(EventReader *reader, char **reason)
{
	HeapTuple tuple;

	for (int i = 0; i < reader->ncolumns; i++)
	{
		EventColumn *column = &reader->columns[i];

		if (reader->tenant && column->attno == reader->tenant_column &&
			!reader->given[i] && column->insertable)
		{
			reader->values[i] = tenant_value(reader);
			reader->nulls[i] = false;
		}
		else if (!reader->given[i] && reader->nulls[i] &&
				 column->value_if_absent)
			reader->values[i] = ExecEvalExprSwitchContext(
				column->value_if_absent, reader->econtext, &reader->nulls[i]);
		if (column->required && column->insertable && reader->nulls[i])
		{
			*reason =
				column->member
					? psprintf("member \"%s\" is missing or cannot be stored",
							   column->member)
					: pstrdup("a column of the table must not be NULL");
			return NULL;
		}
	}
	tuple = heap_form_tuple(reader->desc, reader->values, reader->nulls);
	ResetExprContext(reader->econtext);
	return tuple;
}
