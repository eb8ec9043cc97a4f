/*
 * partition.h
 *		Months of topics' tables.
 */
#ifndef SYNCLOG_PARTITION_H
#define SYNCLOG_PARTITION_H

#include "datatype/timestamp.h"

extern void partition_make_months(Oid relid, const TimestampTz *instants,
								  int n);

#endif /* SYNCLOG_PARTITION_H */
