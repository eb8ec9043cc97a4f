/*
 * synclog.c
 *		The module: its magic block and its settings.  What it offers to SQL
 *		is declared where it is written.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/guc.h"

#include "compat.h"
#include "event_text.h"

PG_MODULE_MAGIC_EXT(.name = "synclog", .version = SYNCLOG_VERSION);

void _PG_init(void);

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
	MarkGUCPrefixReserved("synclog");
}
