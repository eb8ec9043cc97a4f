/*
 * filter_fields.c
 *		filter_fields(): which pointers a filter can use on a relation.  It
 *		asks the naming rule that the translator asks, and knows no filters.
 */
#include "postgres.h"

#include "access/relation.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "field.h"
#include "filter.h"

PG_FUNCTION_INFO_V1(filter_fields);

/* Open a relation whose rows a filter could match. */
Relation
filter_open_relation(Oid relid)
{
	Relation relation = try_relation_open(relid, AccessShareLock);

	if (relation == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
						errmsg("relation with OID %u does not exist", relid)));
	if (!OidIsValid(relation->rd_rel->reltype))
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
						errmsg("\"%s\" has no rows that a filter could match",
							   RelationGetRelationName(relation))));
	return relation;
}

/* Add a row to the result. */
static void
put_field(ReturnSetInfo *rsinfo, const char *field, char *type,
		  char *resolves_to)
{
	Datum values[3];
	bool  nulls[3] = {false};

	values[0] = CStringGetTextDatum(field);
	values[1] = CStringGetTextDatum(type);
	values[2] = CStringGetTextDatum(resolves_to);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* Add the name that documents have for a member, if no column has it. */
static void
put_document_name(ReturnSetInfo *rsinfo, TupleDesc desc, const RowShape *shape,
				  const char *name)
{
	AttrNumber		  attno = field_column_of(desc, shape, name, strlen(name));
	Form_pg_attribute att;

	if (attno == InvalidAttrNumber ||
		field_stored_as(desc, shape, name, strlen(name)) == NULL)
		return;
	att = TupleDescAttr(desc, attno - 1);
	put_field(rsinfo, psprintf("/%s", name),
			  format_type_with_typemod(att->atttypid, att->atttypmod),
			  psprintf("column %s", quote_identifier(NameStr(att->attname))));
}

Datum
filter_fields(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Relation	   relation = filter_open_relation(PG_GETARG_OID(0));
	TupleDesc	   desc = RelationGetDescr(relation);
	RowShape	   shape;
	const char	  *name;

	InitMaterializedSRF(fcinfo, 0);
	field_row_shape(desc, &shape);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		const char		 *column = quote_identifier(NameStr(att->attname));
		StringInfoData	  field;
		char			 *member;
		char			 *type;

		if (!field_is_filtered(desc, &shape, i + 1))
			continue;
		/* of two columns with the same member, one is out of reach */
		member = field_member_of(NameStr(att->attname));
		if (field_column_of(desc, &shape, member, strlen(member)) != i + 1)
			continue;
		type = format_type_with_typemod(att->atttypid, att->atttypmod);
		initStringInfo(&field);
		filter_print_pointer(&member, 1, false, &field);
		put_field(rsinfo, field.data, type, psprintf("column %s", column));
		if (!filter_is_json_like(getBaseType(att->atttypid)))
			continue;
		appendStringInfoString(&field, "/...");
		put_field(rsinfo, field.data, "jsonb",
				  psprintf("path inside column %s", column));
	}
	for (int i = 0; (name = field_document_name(&shape, i)) != NULL; i++)
		put_document_name(rsinfo, desc, &shape, name);
	if (shape.extra != InvalidAttrNumber)
		put_field(rsinfo, "/...", "jsonb", "path inside column extra");
	relation_close(relation, AccessShareLock);
	return (Datum) 0;
}
