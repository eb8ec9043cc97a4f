/*
 * cookie.h
 *		Cookies: where in an order a page ends.
 */
#ifndef SYNCLOG_COOKIE_H
#define SYNCLOG_COOKIE_H

#include "order.h"

extern char *cookie_make(uint64 query, List *keys, const Datum *values,
						 const bool *isnull);
extern void	 cookie_read(const char *cookie, uint64 query, List *keys,
						 Datum *values, bool *isnull);

#endif /* SYNCLOG_COOKIE_H */
