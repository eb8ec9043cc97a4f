/*
 * response.h
 *		Answers that are built as one value.
 */
#ifndef SYNCLOG_RESPONSE_H
#define SYNCLOG_RESPONSE_H

#include "lib/stringinfo.h"

/* kB that an answer in one value may have: synclog.max_response */
#define MAX_RESPONSE_KB (1023 * 1024)
extern int max_response;

/* Appends a row to an answer, by response_append(), as arg says. */
typedef void (*AppendRow)(StringInfo out, text *row, const void *arg);

extern void	  response_append(StringInfo out, const char *data, int len);
extern uint64 response_append_rows(const char *sql, int nargs, Oid *types,
								   Datum *values, const char *nulls,
								   AppendRow append, const void *arg,
								   const char *separator, StringInfo out);

#endif /* SYNCLOG_RESPONSE_H */
