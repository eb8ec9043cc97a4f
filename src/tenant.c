/*
 * tenant.c
 *		Which tenants the user has, by the grants, and whose events a session
 *		stores: those of the tenant that it has set, or of the only one that
 *		the user may add events of.  Hiding the others' is the business of
 *		row-level security, whose policies ask here once in a query.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_auth_members.h"
#include "catalog/pg_type_d.h"
#include "commands/policy.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
#include "utils/syscache.h"

#include "compat.h"
#include "tenant.h"

/* synclog.tenant_id; NULL: not set, "" is the tenant of that name */
char *tenant_setting;

/* Tell whether row-level security binds the user on a table. */
bool
tenant_hides_rows(Oid relid)
{
	return check_enable_rls(relid, InvalidOid, true) == RLS_ENABLED;
}

/* What a grant of each level allows. */
static const struct
{
	const char *right;
	const char *levels;
} rights[] = {
	{"see", "{reader,manager,administrator}"},
	{"add", "{writer,manager,administrator}"},
	{"manage", "{manager,administrator}"},
};

/* Give the levels that allow something; an unknown right is an error. */
static const char *
levels_of(const char *right)
{
	for (int i = 0; i < lengthof(rights); i++)
	{
		if (strcmp(rights[i].right, right) == 0)
			return rights[i].levels;
	}
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("there is no right \"%s\"", right),
					errhint("The rights are see, add and manage.")));
}

/* Give the roles whose privileges the user has, as an array. */
static Datum
roles_of_user(void)
{
	List	 *roles = list_make1_oid(GetUserId());
	Datum	 *mine;
	int		  n = 0;
	ListCell *lc;

	/* the list grows while it is gone through */
	for (int i = 0; i < list_length(roles); i++)
	{
		CatCList *members = SearchSysCacheList1(
			AUTHMEMMEMROLE, ObjectIdGetDatum(list_nth_oid(roles, i)));

		for (int j = 0; j < members->n_members; j++)
			roles = list_append_unique_oid(
				roles,
				((Form_pg_auth_members) GETSTRUCT(&members->members[j]->tuple))
					->roleid);
		ReleaseSysCacheList(members);
	}
	mine = palloc(sizeof(Datum) * list_length(roles));
	foreach (lc, roles)
	{
		/* a membership may not be inherited */
		if (has_privs_of_role(GetUserId(), lfirst_oid(lc)))
			mine[n++] = ObjectIdGetDatum(lfirst_oid(lc));
	}
	return PointerGetDatum(
		construct_array(mine, n, OIDOID, sizeof(Oid), true, TYPALIGN_INT));
}

/* Give the tenants that the user has with a right, in the caller's memory. */
static ArrayType *
tenants_of_user(const char *right)
{
	static SPIPlanPtr plan;
	MemoryContext	  caller = CurrentMemoryContext;
	Datum			  args[2];
	Datum			  found;
	bool			  isnull;

	args[1] = OidFunctionCall3(F_ARRAY_IN, CStringGetDatum(levels_of(right)),
							   ObjectIdGetDatum(TEXTOID), Int32GetDatum(-1));
	args[0] = roles_of_user();
	SPI_connect();
	if (plan == NULL)
	{
		Oid		   types[2] = {OIDARRAYOID, TEXTARRAYOID};
		SPIPlanPtr prepared = SPI_prepare(
			"SELECT ARRAY(SELECT DISTINCT tenant_id "
			"FROM synclog.tenant_grant "
			"WHERE role OPERATOR(pg_catalog.=) ANY ($1) "
			"AND level OPERATOR(pg_catalog.=) ANY ($2) ORDER BY tenant_id)",
			2, types);

		if (prepared == NULL || SPI_keepplan(prepared) != 0)
			elog(ERROR, "could not prepare a query of the tenants: %s",
				 SPI_result_code_string(SPI_result));
		plan = prepared;
	}
	if (SPI_execute_plan(plan, args, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the tenants");
	found = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
						  &isnull);
	MemoryContextSwitchTo(caller);
	found = PointerGetDatum(DatumGetArrayTypePCopy(found));
	SPI_finish();
	return DatumGetArrayTypeP(found);
}

PG_FUNCTION_INFO_V1(tenants);

/* tenants(may text) -> text[] */
Datum
tenants(PG_FUNCTION_ARGS)
{
	PG_RETURN_ARRAYTYPE_P(
		tenants_of_user(text_to_cstring(PG_GETARG_TEXT_PP(0))));
}

/* Refuse to store events of a tenant, or of none. */
pg_noreturn static void
refuse_tenant(const char *tenant, Oid relid)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 *tenant == '\0'
				 ? errmsg("permission denied to store events of no tenant in "
						  "table %s",
						  get_rel_name(relid))
				 : errmsg("permission denied to store events of tenant \"%s\" "
						  "in table %s",
						  tenant, get_rel_name(relid)),
			 errhint("synclog.tenants('add') gives the tenants whose events "
					 "you may store, synclog.grant_tenant() the right to.")));
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
	Datum *mine;
	int	   n;

	if (!tenant_hides_rows(relid) ||
		!OidIsValid(get_relation_policy_oid(relid, "tenant_add", true)))
		return has_column && tenant ? pstrdup(tenant) : NULL;

	deconstruct_array(tenants_of_user("add"), TEXTOID, -1, false, TYPALIGN_INT,
					  &mine, NULL, &n);
	if (tenant == NULL && n == 1)
		return TextDatumGetCString(mine[0]);
	if (tenant == NULL && n > 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("whose events these are is not said"),
						errdetail("You may store events of %d tenants.", n),
						errhint("SET synclog.tenant_id to one of "
								"synclog.tenants('add').")));
	for (int i = 0; i < n; i++)
	{
		if (strcmp(TextDatumGetCString(mine[i]), tenant) == 0)
			return has_column ? pstrdup(tenant) : NULL;
	}
	refuse_tenant(tenant ? tenant : "", relid);
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
