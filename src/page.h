/*
 * page.h
 *		Answers to queries: a page of events in CREST's envelope.
 */
#ifndef SYNCLOG_PAGE_H
#define SYNCLOG_PAGE_H

#include "lib/stringinfo.h"

/* how to count the events that a query matches: _totalPagedResultsPolicy */
typedef enum TotalPolicy
{
	TOTAL_NONE,
	TOTAL_ESTIMATE,
	TOTAL_EXACT
} TotalPolicy;

typedef enum PageForm
{
	PAGE_ENVELOPE, /* CREST's six members */
	PAGE_RESULT,   /* {"result":[...]} alone */
	PAGE_ENTRIES   /* {"entries":[...]}, as of OpenIDM 2 */
} PageForm;

typedef struct PageRequest
{
	text	   *topic;
	Oid			filter_type; /* of type queryfilter */
	Datum		filter;
	bool		filter_isnull;
	bool		ignore_case;
	bool		formatted;
	const char *fields;	   /* NULL: all */
	const char *sort_keys; /* NULL: timestamp,_id */
	const char *cookie;	   /* NULL or empty: from the start */
	int32		page_size; /* 0: all */
	int32		page_offset;
	TotalPolicy total_policy;
	PageForm	form;
} PageRequest;

extern TotalPolicy total_policy_of(const char *name);
extern void		   page_print(const PageRequest *request, StringInfo out);

#endif /* SYNCLOG_PAGE_H */
