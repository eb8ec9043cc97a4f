/*
 * iso8601.h
 *		ISO 8601 instants and their text in events.
 */
#ifndef SYNCLOG_ISO8601_H
#define SYNCLOG_ISO8601_H

#include "datatype/timestamp.h"

/* "294276-12-31T23:59:59.999999Z" and its terminator fit */
#define ISO8601_SIZE 32

extern bool iso8601_parse(const char *s, int len, TimestampTz *ts);
extern bool iso8601_prefix_range(const char *s, int len, TimestampTz *from,
								 TimestampTz *until);
extern int	iso8601_print(TimestampTz ts, char *buf);

#endif /* SYNCLOG_ISO8601_H */
