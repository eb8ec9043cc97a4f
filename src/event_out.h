/*
 * event_out.h
 *		Rows to events.
 */
#ifndef SYNCLOG_EVENT_OUT_H
#define SYNCLOG_EVENT_OUT_H

#include "access/tupdesc.h"
#include "lib/stringinfo.h"

#include "fields.h"

typedef struct EventPrinter EventPrinter;

extern EventPrinter *event_printer(TupleDesc desc, FieldTree *fields,
								   bool formatted);
extern int	event_printer_columns(EventPrinter *printer, TupleDesc desc,
								  StringInfo list);
extern void event_print(const EventPrinter *printer, const Datum *values,
						const bool *nulls, StringInfo out);

#endif /* SYNCLOG_EVENT_OUT_H */
