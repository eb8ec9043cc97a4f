/*
 * synclog.c
 *		The module: its magic block and nothing else.  What it offers to SQL
 *		is declared where it is written.
 */
#include "postgres.h"

#include "fmgr.h"

#include "compat.h"

PG_MODULE_MAGIC_EXT(.name = "synclog", .version = SYNCLOG_VERSION);
