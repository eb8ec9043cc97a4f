/*
 * event_out.h
 *		Rows to events.
 */
#ifndef SYNCLOG_EVENT_OUT_H
#define SYNCLOG_EVENT_OUT_H

#include "access/tupdesc.h"
#include "lib/stringinfo.h"

#include "fields.h"
#include "json_value.h"

/* the entry types by which events of 2.x and 3.x are formatted */
typedef enum EntryKind
{
	ENTRY_UNFORMATTED,
	ENTRY_START_OR_SUMMARY,
	ENTRY_OBJECT
} EntryKind;

typedef struct PrintedColumn
{
	const char *member;
	AttrNumber	source; /* where among the row's values */
	JsonValue	value;
	EntryKind	hidden_in; /* left out there if it is null */
	bool		parts;	   /* only parts of its JSON are wanted */
	int			form_bit;  /* its first bit in form, or -1 */
	char	   *key;	   /* "member": */
	int			keylen;
} PrintedColumn;

typedef struct EventPrinter
{
	const FieldTree *fields; /* NULL: all */
	bool			 cut;	 /* the fields are less than the columns */
	bool			 formatted;
	AttrNumber		 extra; /* these are InvalidAttrNumber if not there */
	AttrNumber		 form;
	AttrNumber		 raw;
	AttrNumber		 entry_type;
	AttrNumber		 root_action;
	int				 ncolumns;
	PrintedColumn	 columns[FLEXIBLE_ARRAY_MEMBER];
} EventPrinter;

/* what form says of a column, in its two bits */
#define FORM_NULL 1 /* it is null, and not missing */
#define FORM_TEXT 2 /* its JSON came as text */

/* Give the bits of form; 0 where a row has none. */
static inline uint64
event_printer_form(const EventPrinter *printer, const Datum *values,
				   const bool *nulls)
{
	if (!printer->form || nulls[printer->form - 1])
		return 0;
	return DatumGetInt64(values[printer->form - 1]);
}

extern EventPrinter *event_printer(TupleDesc desc, FieldTree *fields,
								   bool formatted);
extern int	event_printer_columns(EventPrinter *printer, TupleDesc desc,
								  StringInfo list);
extern void event_print(const EventPrinter *printer, const Datum *values,
						const bool *nulls, StringInfo out);

#endif /* SYNCLOG_EVENT_OUT_H */
