/*
 * field.c
 *		The naming rule between members of events and columns of rows: "_id"
 *		is column id, a camelCase member is the snake_case column or else the
 *		one of its own name, and only if the column's name turns back into
 *		exactly that member; and the names that documents of other products
 *		have for members.  It knows row types, but neither topics nor filters.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "utils/varlena.h"

#include "field.h"

/* A member as a document has it. */
typedef struct DocumentName
{
	const char *name;
	const char *member; /* that it is stored as */
	const char *filter; /* the member that filters ask, if it is another */
} DocumentName;

/* A column by which rows are known. */
typedef struct KnownColumn
{
	const char *name;
	Oid			type;
} KnownColumn;

struct DocumentNames
{
	KnownColumn	 columns[2]; /* that rows of such documents have */
	DocumentName names[2];
};

static const DocumentNames documents[] = {
	/* runs of a synchronization; the number is derived from the _id */
	{{{"number", INT8OID}, {"type", TEXTOID}},
	 {{"id", "_id", "number"}, {"timeStamp", "timestamp"}}},
	/* their lines */
	{{{"run", TEXTOID}, {"ordinal", INT4OID}},
	 {{"id", "_id"}, {"timeStamp", "timestamp"}}},
	/* directory syncs */
	{{{"provider_name", TEXTOID}, {"username", TEXTOID}},
	 {{"id", "_id"}, {"logEventTimeStamp", "timestamp"}}},
	/* provisioning tasks */
	{{{"task_id", TEXTOID}, {"application", TEXTOID}},
	 {{"startTime", "timestamp"}}},
};

/* Find a live column by name and type. */
static AttrNumber
find_column(TupleDesc desc, const char *name, Oid type)
{
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped && att->atttypid == type &&
			strcmp(NameStr(att->attname), name) == 0)
			return att->attnum;
	}
	return InvalidAttrNumber;
}

/*
 * Find the columns that are not members: extra by itself, the others only
 * where all of them stand together, as in a topic's table.  And find the names
 * of documents, by the columns of such rows, whose table may be anybody's, but
 * has events: an order with a number and a type is no run.
 */
void
field_row_shape(TupleDesc desc, RowShape *shape)
{
	memset(shape, 0, sizeof(*shape));
	shape->extra = find_column(desc, "extra", JSONBOID);
	shape->form = find_column(desc, "form", INT8OID);
	shape->raw = find_column(desc, "raw", JSONOID);
	shape->tenant = find_column(desc, "tenant_id", TEXTOID);
	if (!shape->extra || !shape->form || !shape->raw || !shape->tenant)
		shape->form = shape->raw = shape->tenant = InvalidAttrNumber;
	if (!find_column(desc, "timestamp", TIMESTAMPTZOID))
		return;
	for (int i = 0; i < lengthof(documents) && !shape->names; i++)
	{
		const KnownColumn *known = documents[i].columns;

		if (find_column(desc, known[0].name, known[0].type) &&
			find_column(desc, known[1].name, known[1].type))
			shape->names = &documents[i];
	}
}

/* Tell whether filters reach a column by a member's name. */
bool
field_is_filtered(TupleDesc desc, const RowShape *shape, AttrNumber attno)
{
	return !TupleDescAttr(desc, attno - 1)->attisdropped &&
		   attno != shape->extra && attno != shape->form &&
		   attno != shape->raw && attno != shape->tenant;
}

/*
 * Tell whether a column holds a member of the event.  What is generated in a
 * topic's row is derived from the event and no part of it.
 */
bool
field_is_member(TupleDesc desc, const RowShape *shape, AttrNumber attno)
{
	return field_is_filtered(desc, shape, attno) &&
		   (!shape->form || !TupleDescAttr(desc, attno - 1)->attgenerated);
}

/* Give the member that a column's name stands for. */
char *
field_member_of(const char *column)
{
	char *member = palloc(strlen(column) + 2);
	char *to = member;

	if (strcmp(column, "id") == 0)
		return strcpy(member, "_id");
	for (const char *from = column; *from; from++)
	{
		if (*from == '_' && from > column && from[1] >= 'a' && from[1] <= 'z')
			*to++ = *++from - 'a' + 'A';
		else
			*to++ = *from;
	}
	*to = '\0';
	return member;
}

/* Find a column by its name, if that stands for this member. */
static AttrNumber
find_member(TupleDesc desc, const RowShape *shape, const char *column,
			const char *member, int len)
{
	char *back = field_member_of(column);
	bool  same = strlen(back) == len && memcmp(back, member, len) == 0;

	pfree(back);
	for (int i = 0; same && i < desc->natts; i++)
	{
		if (strcmp(NameStr(TupleDescAttr(desc, i)->attname), column) == 0 &&
			field_is_filtered(desc, shape, i + 1))
			return i + 1;
	}
	return InvalidAttrNumber;
}

/*
 * Find the column of a member by the naming rule, or InvalidAttrNumber.  Where
 * there is no snake_case column it may be one of the member's own name, since
 * that is what it comes out as.
 */
static AttrNumber
find_by_rule(TupleDesc desc, const RowShape *shape, const char *member,
			 int len)
{
	char	   column[NAMEDATALEN + 1];
	AttrNumber found;
	int		   n = 0;

	if (len == 3 && memcmp(member, "_id", 3) == 0)
		n = strlen(strcpy(column, "id"));
	else
	{
		for (int i = 0; i < len; i++)
		{
			if (n + 1 >= NAMEDATALEN || member[i] == '\0')
				return InvalidAttrNumber;
			if (member[i] >= 'A' && member[i] <= 'Z')
			{
				column[n++] = '_';
				column[n++] = member[i] - 'A' + 'a';
			}
			else
				column[n++] = member[i];
		}
		column[n] = '\0';
	}

	found = find_member(desc, shape, column, member, len);
	if (found == InvalidAttrNumber && n != len)
	{
		memcpy(column, member, len);
		column[len] = '\0';
		found = find_member(desc, shape, column, member, len);
	}
	return found;
}

/* Find what a document's name stands for, where no column has that name. */
static const DocumentName *
find_name(TupleDesc desc, const RowShape *shape, const char *name, int len)
{
	for (int i = 0; shape->names && i < lengthof(shape->names->names); i++)
	{
		const DocumentName *found = &shape->names->names[i];

		if (found->name && strlen(found->name) == len &&
			memcmp(found->name, name, len) == 0 &&
			!find_by_rule(desc, shape, name, len))
			return found;
	}
	return NULL;
}

/*
 * Find the column that filters mean by a member or by a document's name for
 * it, or InvalidAttrNumber.
 */
AttrNumber
field_column_of(TupleDesc desc, const RowShape *shape, const char *member,
				int len)
{
	AttrNumber			found = find_by_rule(desc, shape, member, len);
	const DocumentName *name;

	if (found != InvalidAttrNumber ||
		(name = find_name(desc, shape, member, len)) == NULL)
		return found;
	member = name->filter ? name->filter : name->member;
	return find_by_rule(desc, shape, member, strlen(member));
}

/* Give the names that documents have, from 0 on; NULL ends them. */
const char *
field_document_name(const RowShape *shape, int i)
{
	return shape->names && i < lengthof(shape->names->names)
			   ? shape->names->names[i].name
			   : NULL;
}

/* Give the member that a document's name is stored as; NULL if it is none. */
const char *
field_stored_as(TupleDesc desc, const RowShape *shape, const char *name,
				int len)
{
	const DocumentName *found = find_name(desc, shape, name, len);

	return found ? found->member : NULL;
}

/* Find the member with the name nearest to one that is none, or NULL. */
const char *
field_nearest(TupleDesc desc, const RowShape *shape, const char *wanted)
{
	const char *nearest = NULL;
	int			distance = 4; /* farther ones are no help */

	if (strlen(wanted) > NAMEDATALEN)
		return NULL;
	for (int i = 0; i < desc->natts; i++)
	{
		const char *column = NameStr(TupleDescAttr(desc, i)->attname);
		char	   *member;
		int			d;

		if (!field_is_filtered(desc, shape, i + 1))
			continue;
		member = field_member_of(column);
		d = varstr_levenshtein_less_equal(wanted, strlen(wanted), member,
										  strlen(member), 1, 1, 1, distance,
										  true);
		if (strcmp(wanted, column) == 0)
			d = 0; /* the column's name in place of the member's */
		if (d < distance)
		{
			distance = d;
			nearest = member;
		}
	}
	return nearest;
}
