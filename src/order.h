/*
 * order.h
 *		The order of events, and where in it a page begins.
 */
#ifndef SYNCLOG_ORDER_H
#define SYNCLOG_ORDER_H

#include "query.h"

/* One key of an order. */
typedef struct OrderKey
{
	const char *expression; /* over the table, called t */
	const char *operand;	/* the same, of type: not of a domain over it */
	Oid			type;
	bool		descending;
	bool		not_null;
} OrderKey;

extern List *topic_order(TopicQuery *query, const char *sort_keys);
extern void	 topic_order_by(TopicQuery *query, List *keys, AttrNumber place);
extern int	*topic_order_bind(TopicQuery *query, List *keys,
							  const Datum *values, const bool *isnull);
extern void	 topic_order_after(TopicQuery *query, List *keys, int from,
							   const int *position);
extern void	 topic_order_continue(TopicQuery *query, List *keys,
								  AttrNumber place, const int *position,
								  const char *limit);

#endif /* SYNCLOG_ORDER_H */
