/*
 * field.h
 *		Members of events and columns of rows: the naming rule.
 */
#ifndef SYNCLOG_FIELD_H
#define SYNCLOG_FIELD_H

#include "access/tupdesc.h"

/* The names that another product's documents have for members. */
typedef struct DocumentNames DocumentNames;

/*
 * The columns of a topic's row that are not members of its event.  All are
 * InvalidAttrNumber in a row type that is no topic's, except that extra alone
 * may stand in any row type.
 */
typedef struct RowShape
{
	AttrNumber extra;  /* jsonb: members that have no column */
	AttrNumber form;   /* bigint: two bits for each column */
	AttrNumber raw;	   /* json: the event, where columns can't tell */
	AttrNumber tenant; /* text: whose event it is */
	const DocumentNames *names; /* NULL: members have one name */
} RowShape;

extern void		   field_row_shape(TupleDesc desc, RowShape *shape);
extern bool		   field_is_filtered(TupleDesc desc, const RowShape *shape,
									 AttrNumber attno);
extern bool		   field_is_member(TupleDesc desc, const RowShape *shape,
								   AttrNumber attno);
extern char		  *field_member_of(const char *column);
extern AttrNumber  field_column_of(TupleDesc desc, const RowShape *shape,
								   const char *member, int len);
extern const char *field_document_name(const RowShape *shape, int i);
extern const char *field_stored_as(TupleDesc desc, const RowShape *shape,
								   const char *name, int len);
extern const char *field_nearest(TupleDesc desc, const RowShape *shape,
								 const char *wanted);

#endif /* SYNCLOG_FIELD_H */
