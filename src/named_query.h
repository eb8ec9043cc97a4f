/*
 * named_query.h
 *		Queries that are asked for by their id.
 */
#ifndef SYNCLOG_NAMED_QUERY_H
#define SYNCLOG_NAMED_QUERY_H

#include "url.h"

/* what an answer looks like where no parameter asks for a page */
typedef enum NamedAnswer
{
	ANSWER_PAGE,   /* CREST's six members */
	ANSWER_RESULT, /* {"result":[...]} alone */
	ANSWER_GROUPED /* {"start":...,"result":[...],"summary":...} */
} NamedAnswer;

/* A row of synclog.named_query. */
typedef struct NamedQuery
{
	char	   *filter;	   /* a template */
	char	   *sort_keys; /* NULL: the usual ones */
	char	   *fields;	   /* NULL: all */
	int			page_size; /* 0: all */
	NamedAnswer answer;
} NamedQuery;

extern NamedQuery *named_query_find(const char *id, const char *topic);
extern Datum	   named_query_filter(const NamedQuery	 *query,
									  const UrlParameter *parameters,
									  int				  nparameters);

#endif /* SYNCLOG_NAMED_QUERY_H */
