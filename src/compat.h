/*
 * compat.h
 *		What differs between PostgreSQL 15 and 18, written against the newest
 *		API with the older ones brought up to it.  Every test of
 *		PG_VERSION_NUM in the project is here; this file knows nothing of
 *		synclog.
 */
#ifndef SYNCLOG_COMPAT_H
#define SYNCLOG_COMPAT_H

#include "access/tupdesc.h"
#include "common/jsonapi.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "attempt.h"

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

#if PG_VERSION_NUM < 160000
/* A call of an input function. */
typedef struct InputCall
{
	FmgrInfo   *function;
	const char *s;
	Oid			ioparam;
	int32		typmod;
	Datum		result;
} InputCall;

/* Do such a call. */
static inline void
input_call(void *arg)
{
	InputCall *call = arg;

	call->result = InputFunctionCall(call->function, (char *) call->s,
									 call->ioparam, call->typmod);
}
#endif

/*
 * Call an input function; false if the text is none of its type.  Before 16
 * that takes a subtransaction.
 */
static inline bool
input_call_soft(FmgrInfo *function, const char *s, Oid ioparam, int32 typmod,
				Datum *result)
{
#if PG_VERSION_NUM >= 160000
	ErrorSaveContext escontext = {T_ErrorSaveContext};

	return InputFunctionCallSafe(function, (char *) s, ioparam, typmod,
								 (Node *) &escontext, result);
#else
	InputCall  call = {function, s, ioparam, typmod};
	ErrorData *error = attempt(input_call, &call);

	if (error)
	{
		if (error->sqlerrcode == ERRCODE_QUERY_CANCELED)
			ReThrowError(error);
		FreeErrorData(error);
		return false;
	}
	*result = call.result;
	return true;
#endif
}

/* 17 lets the caller own the lexer's struct */
#if PG_VERSION_NUM >= 170000
#define make_json_lexer(text, len, need_escapes)                              \
	makeJsonLexContextCstringLen(NULL, text, len, GetDatabaseEncoding(),      \
								 need_escapes)
#else
#define make_json_lexer(text, len, need_escapes)                              \
	makeJsonLexContextCstringLen((char *) (text), len, GetDatabaseEncoding(), \
								 need_escapes)
#endif
#define json_lexer(text, len) make_json_lexer(text, len, false)

/* 17 knows how to free it, too */
static inline void
free_json_lexer(JsonLexContext *lex)
{
#if PG_VERSION_NUM >= 170000
	freeJsonLexContext(lex);
#else
	if (lex->strval)
	{
		pfree(lex->strval->data);
		pfree(lex->strval);
	}
	pfree(lex);
#endif
}

#if PG_VERSION_NUM < 160000
/* A call of json_lex(). */
typedef struct LexCall
{
	JsonLexContext	  *lex;
	JsonParseErrorType result;
} LexCall;

/* Do such a call. */
static inline void
lex_call(void *arg)
{
	LexCall *call = arg;

	call->result = json_lex(call->lex);
}
#endif

/*
 * Read a token; false if the encoding of the database has not all of its
 * characters, or if it is invalid.  Before 16 the former is an error.
 */
static inline bool
json_lex_soft(JsonLexContext *lex)
{
#if PG_VERSION_NUM < 160000
	if (GetDatabaseEncoding() != PG_UTF8)
	{
		LexCall	   call = {lex, JSON_SUCCESS};
		ErrorData *error = attempt(lex_call, &call);

		if (error == NULL)
			return call.result == JSON_SUCCESS;
		if (error->sqlerrcode == ERRCODE_QUERY_CANCELED)
			ReThrowError(error);
		FreeErrorData(error);
		return false;
	}
#endif
	return json_lex(lex) == JSON_SUCCESS;
}

/* 18 finds out by itself whether a plan is run in pieces */
#if PG_VERSION_NUM >= 180000
#define executor_run(desc, count)                                             \
	ExecutorRun(desc, ForwardScanDirection, count)
#else
#define executor_run(desc, count)                                             \
	ExecutorRun(desc, ForwardScanDirection, count, false)
#endif

/* 18 has it under this name, and before static */
#if PG_VERSION_NUM < 180000
#define pg_noreturn pg_attribute_noreturn()
#endif

/* 18 has not-null constraints that rows may still violate */
#if PG_VERSION_NUM >= 180000
#define attribute_not_null(desc, i)                                           \
	(TupleDescCompactAttr(desc, i)->attnullability == ATTNULLABLE_VALID)
#else
#define attribute_not_null(desc, i) (TupleDescAttr(desc, i)->attnotnull)
#endif

/* 18 names the module and its version */
#ifndef PG_MODULE_MAGIC_EXT
#define PG_MODULE_MAGIC_EXT(...) PG_MODULE_MAGIC
#endif

#endif /* SYNCLOG_COMPAT_H */
