/*
 * synclog.c
 *		The module: its magic block and its settings.  What it offers to SQL
 *		is declared where it is written.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "event_text.h"
#include "response.h"
#include "tenant.h"

PG_MODULE_MAGIC_EXT(.name = "synclog", .version = SYNCLOG_VERSION);

void _PG_init(void);

PG_FUNCTION_INFO_V1(no_response_after);

static int no_response_seconds = SECS_PER_HOUR;

/* Define the settings. */
void
_PG_init(void)
{
	DefineCustomStringVariable(
		"synclog.secret_headers",
		"Names of headers and cookies whose values are never stored.",
		"Authorization, Cookie, Set-Cookie and X-OpenIDM-Password always are "
		"among them.",
		&event_secret_headers, "", PGC_SUSET, GUC_LIST_INPUT, NULL, NULL,
		NULL);
	DefineCustomIntVariable(
		"synclog.max_response", "Size that an answer in one value can have.",
		"That is an answer of synclog.query_page(), synclog.get() and "
		"synclog.recon_grouped().",
		&max_response, MAX_RESPONSE_KB, 1, MAX_RESPONSE_KB, PGC_USERSET,
		GUC_UNIT_KB, NULL, NULL, NULL);
	DefineCustomIntVariable(
		"synclog.no_response_after",
		"Time after which a provisioning task that is pending or running "
		"counts as unanswered.",
		"-1 is never.", &no_response_seconds, SECS_PER_HOUR, -1, PG_INT32_MAX,
		PGC_USERSET, GUC_UNIT_S, NULL, NULL, NULL);
	/* unset is not the same as empty, the tenant of what has none */
	DefineCustomStringVariable(
		"synclog.tenant_id", "Tenant whose events are stored.",
		"If it is not set, the default of column tenant_id, or the only "
		"tenant of a role that row-level security binds.",
		&tenant_setting, NULL, PGC_USERSET, 0, NULL, NULL, NULL);
	MarkGUCPrefixReserved("synclog");
}

/* Give setting synclog.no_response_after as an interval, NULL for never. */
Datum
no_response_after(PG_FUNCTION_ARGS)
{
	Interval *result = palloc0(sizeof(Interval));

	if (no_response_seconds < 0)
		PG_RETURN_NULL();
	result->time = no_response_seconds * USECS_PER_SEC;
	PG_RETURN_INTERVAL_P(result);
}
