/*
 * topic.c
 *		Which table a topic is: the lookup in the catalog of topics; and what
 *		a table is called and whose it is.  It knows neither the columns of a
 *		topic nor its events.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "topic.h"

/* Run a kept query with one text parameter that gives one value, or NULL. */
static Datum
query_value(SPIPlanPtr *plan, const char *sql, const char *parameter,
			bool *isnull)
{
	Oid	  argtype = TEXTOID;
	Datum arg = CStringGetTextDatum(parameter);
	int	  rc;

	if (*plan == NULL)
	{
		SPIPlanPtr prepared = SPI_prepare(sql, 1, &argtype);

		if (prepared == NULL || SPI_keepplan(prepared) != 0)
			elog(ERROR,
				 "could not prepare a query of the catalog of topics: %s",
				 SPI_result_code_string(SPI_result));
		*plan = prepared;
	}
	rc = SPI_execute_plan(*plan, &arg, NULL, true, 1);
	if (rc != SPI_OK_SELECT)
		elog(ERROR, "could not read the catalog of topics: %s",
			 SPI_result_code_string(rc));
	*isnull = true;
	if (SPI_processed == 0)
		return (Datum) 0;
	return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
						 isnull);
}

/* Give the table of a topic; no such topic or table is an error. */
Oid
topic_relation(const char *name)
{
	static SPIPlanPtr by_name;
	static SPIPlanPtr all_names;
	Oid				  relation;
	Datum			  value;
	bool			  isnull;

	SPI_connect();
	value = query_value(&by_name,
						"SELECT relation::pg_catalog.oid FROM synclog.topic "
						"WHERE name OPERATOR(pg_catalog.=) $1",
						name, &isnull);
	if (isnull)
	{
		value = query_value(
			&all_names,
			"SELECT pg_catalog.string_agg(name, ', ' ORDER BY name) "
			"FROM synclog.topic WHERE $1 IS NOT NULL",
			name, &isnull);
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("topic \"%s\" does not exist", name),
						isnull ? errhint("Call synclog.create_topics() to "
										 "create the built-in topics.")
							   : errhint("The topics are: %s.",
										 TextDatumGetCString(value))));
	}
	relation = DatumGetObjectId(value);
	SPI_finish();

	if (get_rel_name(relation) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("the table of topic \"%s\" does not exist", name),
				 errhint("Call synclog.create_topics() or synclog.add_topic() "
						 "again.")));
	return relation;
}

/* Give a table's name as SQL writes it. */
char *
qualified_name(Oid relid)
{
	return quote_qualified_identifier(
		get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid));
}

/* Give the owner of a table or sequence, or InvalidOid. */
Oid
owner_of(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid		  owner;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

PG_FUNCTION_INFO_V1(topic_table);

/* topic_table(topic) -> regclass */
Datum
topic_table(PG_FUNCTION_ARGS)
{
	PG_RETURN_OID(topic_relation(text_to_cstring(PG_GETARG_TEXT_PP(0))));
}
