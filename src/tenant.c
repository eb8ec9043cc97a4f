/*
 * tenant.c
 *		Whose events a session stores: the tenant that it has set, or the only
 *		one that the user may add events of.  Who may see what is the business
 *		of row-level security, whose policies are written in SQL.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "commands/policy.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"

#include "tenant.h"

/* synclog.tenant_id; NULL: not set, "" is the tenant of that name */
char *tenant_setting;

/* Tell whether row-level security binds the user on a table. */
bool
tenant_hides_rows(Oid relid)
{
	return check_enable_rls(relid, InvalidOid, true) == RLS_ENABLED;
}

/* Give the tenants whose events the user may add, in the caller's memory. */
static char **
tenants_to_add(int *n)
{
	static SPIPlanPtr plan;
	MemoryContext	  caller = CurrentMemoryContext;
	Datum			 *elements;
	Datum			  tenants;
	char			**names;
	bool			  isnull;

	SPI_connect();
	if (plan == NULL)
	{
		SPIPlanPtr prepared =
			SPI_prepare("SELECT synclog.tenants('add')", 0, NULL);

		if (prepared == NULL || SPI_keepplan(prepared) != 0)
			elog(ERROR, "could not prepare a query of the tenants: %s",
				 SPI_result_code_string(SPI_result));
		plan = prepared;
	}
	if (SPI_execute_plan(plan, NULL, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the tenants");
	tenants = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
							&isnull);
	deconstruct_array(DatumGetArrayTypeP(tenants), TEXTOID, -1, false,
					  TYPALIGN_INT, &elements, NULL, n);
	names = MemoryContextAlloc(caller, sizeof(char *) * (*n + 1));
	for (int i = 0; i < *n; i++)
		names[i] =
			MemoryContextStrdup(caller, TextDatumGetCString(elements[i]));
	SPI_finish();
	return names;
}

/*
 * Give the tenant whose events are stored in a table; NULL: what the table's
 * column says by default.  A table without the column has no tenant's.
 */
char *
tenant_to_store(Oid relid)
{
	bool   has_column = get_attnum(relid, "tenant_id") != InvalidAttrNumber;
	char  *tenant = has_column ? tenant_setting : "";
	char **allowed;
	int	   n;

	if (!tenant_hides_rows(relid) ||
		!OidIsValid(get_relation_policy_oid(relid, "tenant_add", true)))
		return has_column && tenant ? pstrdup(tenant) : NULL;

	allowed = tenants_to_add(&n);
	if (tenant == NULL && n == 1)
		return allowed[0];
	if (tenant == NULL && n > 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("whose events these are is not said"),
						errdetail("You may store events of %d tenants.", n),
						errhint("SET synclog.tenant_id to one of "
								"synclog.tenants('add').")));
	for (int i = 0; i < n; i++)
	{
		if (strcmp(allowed[i], tenant) == 0)
			return has_column ? allowed[i] : NULL;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 tenant == NULL || *tenant == '\0'
				 ? errmsg("permission denied to store events of no tenant in "
						  "table %s",
						  get_rel_name(relid))
				 : errmsg("permission denied to store events of tenant \"%s\" "
						  "in table %s",
						  tenant, get_rel_name(relid)),
			 errhint("synclog.tenants('add') gives the tenants whose events "
					 "you may store, synclog.grant_tenant() the right to.")));
}

PG_FUNCTION_INFO_V1(storing_tenant);

/* storing_tenant(relation) -> text */
Datum
storing_tenant(PG_FUNCTION_ARGS)
{
	Oid	  relid = PG_GETARG_OID(0);
	char *tenant;

	if (get_rel_name(relid) == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
						errmsg("relation with OID %u does not exist", relid)));
	tenant = tenant_to_store(relid);
	if (tenant == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(tenant));
}
