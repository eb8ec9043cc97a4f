/*
 * request.h
 *		Requests of get(): which paths there are, with which parameters, and
 *		what answers them.
 */
#ifndef SYNCLOG_REQUEST_H
#define SYNCLOG_REQUEST_H

#include "lib/stringinfo.h"

#include "url.h"

/* Parameters that mean something here; others are a named query's own. */
typedef enum ParameterId
{
	QUERY_FILTER,
	QUERY_ID,
	FIELDS,
	SORT_KEYS,
	PAGE_SIZE,
	PAGED_RESULTS_COOKIE,
	PAGED_RESULTS_OFFSET,
	TOTAL_PAGED_RESULTS_POLICY,
	PRETTY_PRINT,
	FORMATTED,
	TENANT_ID,
	START,
	SIZE,
	EVENT_OCCURRED_AFTER,
	EVENT_OCCURRED_BEFORE,
	SORT_COLUMN,
	SORT_DIRECTION,
	PAGE_NUMBER,
	PAGE_OF_SIZE,
	NPARAMETERS,
	IGNORED,	/* they change nothing in an answer */
	UNSUPPORTED /* the servers have them */
} ParameterId;

/* A request that is being answered. */
typedef struct Request
{
	const Url  *url;
	char	  **segments;			 /* of the path, behind the context */
	const char *values[NPARAMETERS]; /* NULL: not given */
	bool		paged;				 /* a parameter of paging is given */
} Request;

extern void	 request_refuse_value(const Request *request, ParameterId id,
								  const char *expected);
extern bool	 request_bool(const Request *request, ParameterId id,
						  bool if_missing);
extern int32 request_number(const Request *request, ParameterId id,
							int32 least, int32 if_missing);
extern int32 request_count(const Request *request, ParameterId id,
						   int32 if_missing);

/* the answers, each for a path: crest.c */
extern void answer_query(const Request *request, StringInfo out);
extern void answer_read(const Request *request, StringInfo out);
extern void answer_recons(const Request *request, StringInfo out);
extern void answer_recon(const Request *request, StringInfo out);

/* sync_run.c */
extern void answer_sync_runs(const Request *request, StringInfo out);
extern void answer_sync_run_log(const Request *request, StringInfo out);

/* directory_sync.c */
extern void answer_directory_sync(const Request *request, StringInfo out);
extern void answer_directory_sync_csv(const Request *request, StringInfo out);

#endif /* SYNCLOG_REQUEST_H */
