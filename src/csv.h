/*
 * csv.h
 *		Values as CSV.
 */
#ifndef SYNCLOG_CSV_H
#define SYNCLOG_CSV_H

#include "lib/stringinfo.h"

extern void csv_end_field(StringInfo out, int start, bool guard_formulas);
extern void csv_append_field(StringInfo out, const char *s, int len,
							 bool guard_formulas);

#endif /* SYNCLOG_CSV_H */
