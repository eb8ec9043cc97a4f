/*
 * field.c
 *		The naming rule between members of events and columns of rows: "_id"
 *		is column id, a camelCase member is the snake_case column or else the
 *		one of its own name, and only if the column's name turns back into
 *		exactly that member.  It knows row types, but neither topics nor
 *		filters.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "utils/varlena.h"

#include "field.h"

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
 * where all of them stand together, as in a topic's table.
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
}

/* Tell whether a column holds a member of the event. */
bool
field_is_member(TupleDesc desc, const RowShape *shape, AttrNumber attno)
{
	return !TupleDescAttr(desc, attno - 1)->attisdropped &&
		   attno != shape->extra && attno != shape->form &&
		   attno != shape->raw && attno != shape->tenant;
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
			field_is_member(desc, shape, i + 1))
			return i + 1;
	}
	return InvalidAttrNumber;
}

/*
 * Find the column that holds a member, or InvalidAttrNumber.  Where there is
 * no snake_case column it may be one of the member's own name, since that is
 * what it comes out as.
 */
AttrNumber
field_column_of(TupleDesc desc, const RowShape *shape, const char *member,
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

		if (!field_is_member(desc, shape, i + 1))
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
