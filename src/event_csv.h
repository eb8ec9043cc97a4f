/*
 * event_csv.h
 *		Rows to records of CSV.
 */
#ifndef SYNCLOG_EVENT_CSV_H
#define SYNCLOG_EVENT_CSV_H

#include "event_out.h"

typedef struct CsvPrinter CsvPrinter;

extern CsvPrinter *csv_printer(const EventPrinter *events, const char *fields,
							   bool guard_formulas);
extern void		   csv_print_header(const CsvPrinter *printer, StringInfo out);
extern void		   csv_print(CsvPrinter *printer, const Datum *values,
							 const bool *nulls, StringInfo out);

#endif /* SYNCLOG_EVENT_CSV_H */
