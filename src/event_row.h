/*
 * event_row.h
 *		The row that an event becomes: how each column of a table is filled.
 */
#ifndef SYNCLOG_EVENT_ROW_H
#define SYNCLOG_EVENT_ROW_H

#include "event_in.h"
#include "field.h"
#include "fmgr.h"
#include "nodes/execnodes.h"
#include "utils/hsearch.h"

/* What a column of a given type is filled with. */
typedef enum ColumnKind
{
	COLUMN_TEXT,
	COLUMN_TIMESTAMP,
	COLUMN_BOOLEAN,
	COLUMN_JSONB,
	COLUMN_OTHER /* by its type's input function */
} ColumnKind;

/* A column of a topic's table. */
typedef struct EventColumn
{
	AttrNumber attno;
	ColumnKind kind;
	bool	   insertable; /* neither generated nor an identity */
	bool	   required;
	int		   max_len; /* longer text would break an index; 0: none */
	int		   member_len;
	char	  *member; /* NULL: holds no member */
	ExprState *value_if_absent;
	Oid		   type;
	int32	   typmod;
	Oid		   ioparam;
	FmgrInfo   in;
	FmgrInfo   out;
} EventColumn;

/* What reads events into rows of one table. */
struct EventReader
{
	MemoryContext cxt;
	TupleDesc	  desc;
	RowShape	  shape;
	AttrNumber	  id;
	AttrNumber	  timestamp;
	AttrNumber	  tenant_column;
	const char	 *tenant; /* the caller's; NULL: the column's default */
	int			  ncolumns;
	EventColumn	 *columns; /* by attno - 1 */
	int			  hint;	   /* where the next member is likely to be */
	ExprContext	 *econtext;
	struct Trees *trees;
	HTAB		 *ordinals; /* how often an event without _id came */
	Datum		 *values;
	bool		 *nulls;
	bool		 *given;
};

extern EventReader *event_row_set_up(Relation relation);
extern EventColumn *event_row_column(EventReader *reader, const char *member);
extern Datum		event_row_text(const char *s, int len);
extern char *event_row_derive_id(EventReader *reader, const char *canonical,
								 int len);
extern HeapTuple event_row_complete(EventReader *reader, char **reason);

#endif /* SYNCLOG_EVENT_ROW_H */
