/*
 * tenant.c
 *		Which tenants the user has, by the grants, and whose events a session
 *		stores: those of the tenant that it has set, or of the only one that
 *		the user may add events of.  Hiding the others' is the business of
 *		row-level security, whose policies ask here once in a query.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_auth_members.h"
#include "catalog/pg_type_d.h"
#include "commands/policy.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "rewrite/rowsecurity.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "compat.h"
#include "tenant.h"

/* synclog.tenant_id; NULL: not set, "" is the tenant of that name */
char *tenant_setting;

/* columns of table synclog.tenant_grant */
#define GRANT_TENANT 1
#define GRANT_ROLE 2
#define GRANT_LEVEL 3

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
	const char *levels[3];
} rights[] = {
	{"see", {"reader", "manager", "administrator"}},
	{"add", {"writer", "manager", "administrator"}},
	{"manage", {"manager", "administrator"}},
};

/* Give the levels that allow something; an unknown right is an error. */
static const char *const *
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

/* Give the roles whose privileges the user has. */
static List *
roles_of_user(void)
{
	List	 *roles = list_make1_oid(GetUserId());
	List	 *mine = NIL;
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
	foreach (lc, roles)
	{
		/* a membership may not be inherited */
		if (has_privs_of_role(GetUserId(), lfirst_oid(lc)))
			mine = lappend_oid(mine, lfirst_oid(lc));
	}
	return mine;
}

/* Give a text of a grant, whose columns are never NULL. */
static char *
grant_text(HeapTuple grant, AttrNumber attno, Relation grants)
{
	bool isnull;

	return TextDatumGetCString(
		heap_getattr(grant, attno, RelationGetDescr(grants), &isnull));
}

/* Add the tenants that a role was granted at one of the levels. */
static List *
add_tenants(List *tenants, Oid role, const char *const *levels,
			Relation grants, Oid index)
{
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	grant;

	ScanKeyInit(&key, GRANT_ROLE, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(role));
	scan = systable_beginscan(grants, index, OidIsValid(index),
							  GetActiveSnapshot(), 1, &key);
	while (HeapTupleIsValid(grant = systable_getnext(scan)))
	{
		char *level = grant_text(grant, GRANT_LEVEL, grants);

		for (int i = 0; i < lengthof(rights[0].levels) && levels[i]; i++)
		{
			if (strcmp(levels[i], level) == 0)
				tenants =
					lappend(tenants, grant_text(grant, GRANT_TENANT, grants));
		}
	}
	systable_endscan(scan);
	return tenants;
}

/* Compare two tenants by their bytes. */
static int
compare_tenants(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

/*
 * Give the tenants that the user has with a right, in order.  Every query of
 * who is bound asks, so that this is no query itself.  Nor does it look for a
 * privilege on the table: it tells a user of his own grants alone.
 */
static List *
tenants_of_user(const char *right)
{
	const char *const *levels = levels_of(right);
	Oid				   schema = get_namespace_oid("synclog", false);
	Relation		   grants =
		table_open(get_relname_relid("tenant_grant", schema), AccessShareLock);
	Oid		  index = get_relname_relid("tenant_grant_pkey", schema);
	List	 *tenants = NIL;
	List	 *distinct = NIL;
	ListCell *lc;

	foreach (lc, roles_of_user())
		tenants = add_tenants(tenants, lfirst_oid(lc), levels, grants, index);
	table_close(grants, AccessShareLock);

	list_sort(tenants, compare_tenants);
	foreach (lc, tenants)
	{
		if (distinct == NIL || strcmp(lfirst(lc), llast(distinct)) != 0)
			distinct = lappend(distinct, lfirst(lc));
	}
	return distinct;
}

/*
 * Give the only tenant whose events the policies of a table let the user see;
 * NULL: it sees several, or other policies let rows through besides.
 */
char *
tenant_to_see(Relation relation)
{
	Oid		  relid = RelationGetRelid(relation);
	bool	  ours = false;
	List	 *tenants;
	ListCell *lc;

	if (!tenant_hides_rows(relid) ||
		get_attnum(relid, "tenant_id") == InvalidAttrNumber)
		return NULL;
	foreach (lc, relation->rd_rsdesc->policies)
	{
		RowSecurityPolicy *policy = lfirst(lc);

		if (strcmp(policy->policy_name, "tenant_see") == 0)
			ours = true;
		else if (policy->permissive &&
				 (policy->polcmd == '*' || policy->polcmd == ACL_SELECT_CHR))
			return NULL;
	}
	tenants = ours ? tenants_of_user("see") : NIL;
	return list_length(tenants) == 1 ? linitial(tenants) : NULL;
}

PG_FUNCTION_INFO_V1(tenants);

/* tenants(may text) -> text[] */
Datum
tenants(PG_FUNCTION_ARGS)
{
	List	 *mine = tenants_of_user(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	Datum	 *values = palloc(sizeof(Datum) * (list_length(mine) + 1));
	int		  n = 0;
	ListCell *lc;

	foreach (lc, mine)
		values[n++] = CStringGetTextDatum(lfirst(lc));
	PG_RETURN_ARRAYTYPE_P(
		construct_array(values, n, TEXTOID, -1, false, TYPALIGN_INT));
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
	bool	  has_column = get_attnum(relid, "tenant_id") != InvalidAttrNumber;
	char	 *tenant = has_column ? tenant_setting : "";
	List	 *tenants;
	ListCell *lc;

	if (!tenant_hides_rows(relid) ||
		!OidIsValid(get_relation_policy_oid(relid, "tenant_add", true)))
		return has_column && tenant ? pstrdup(tenant) : NULL;

	tenants = tenants_of_user("add");
	if (tenant == NULL && list_length(tenants) == 1)
		return linitial(tenants);
	if (tenant == NULL && tenants != NIL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("whose events these are is not said"),
						errdetail("You may store events of %d tenants.",
								  list_length(tenants)),
						errhint("SET synclog.tenant_id to one of "
								"synclog.tenants('add').")));
	foreach (lc, tenants)
	{
		if (strcmp(lfirst(lc), tenant) == 0)
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
