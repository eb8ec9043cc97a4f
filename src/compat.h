/*
 * compat.h
 *		What differs between PostgreSQL 15 and 18, written against the newest
 *		API with the older ones brought up to it.  Every test of
 *		PG_VERSION_NUM in the project is here; this file knows nothing of
 *		synclog.
 */
#ifndef SYNCLOG_COMPAT_H
#define SYNCLOG_COMPAT_H

#include "common/jsonapi.h"
#include "mb/pg_wchar.h"

#if PG_VERSION_NUM < 150000
#error "synclog needs PostgreSQL 15 or later"
#endif

/* 16 split these off postgres.h and introduced soft errors */
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"
#else
#define ereturn(context, dummy_value, ...) ereport(ERROR, __VA_ARGS__)
#define errsave(context, ...) ereport(ERROR, __VA_ARGS__)
#define SOFT_ERROR_OCCURRED(escontext) false
#endif

/* 17 lets the caller own the lexer's struct */
#if PG_VERSION_NUM >= 170000
#define make_json_lexer(text, len, need_escapes) \
	makeJsonLexContextCstringLen(NULL, text, len, GetDatabaseEncoding(), \
								 need_escapes)
#else
#define make_json_lexer(text, len, need_escapes) \
	makeJsonLexContextCstringLen((char *) (text), len, \
								 GetDatabaseEncoding(), need_escapes)
#endif
#define json_lexer(text, len) make_json_lexer(text, len, false)

/* 18 finds out by itself whether a plan is run in pieces */
#if PG_VERSION_NUM >= 180000
#define executor_run(desc, count) ExecutorRun(desc, ForwardScanDirection, count)
#else
#define executor_run(desc, count) \
	ExecutorRun(desc, ForwardScanDirection, count, false)
#endif

/* 18 names the module and its version */
#ifndef PG_MODULE_MAGIC_EXT
#define PG_MODULE_MAGIC_EXT(...) PG_MODULE_MAGIC
#endif

#endif /* SYNCLOG_COMPAT_H */
