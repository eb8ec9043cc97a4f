/*
 * csv.h
 *		Values as CSV.
 */
#ifndef SYNCLOG_CSV_H
#define SYNCLOG_CSV_H

#include "lib/stringinfo.h"

extern void csv_quote(StringInfo out, int start);
extern void csv_guard(StringInfo out, int start);
extern void csv_append_field(StringInfo out, const char *s, int len,
							 bool guard_formulas);

#endif /* SYNCLOG_CSV_H */
