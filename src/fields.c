/*
 * fields.c
 *		Lists of fields as clients write them, "mapping,/after/mail" and
 *		"-timestamp,+_id", and JSON text cut down to such a list.  It knows
 *		neither tables nor topics, and takes JSON text to be valid.
 */
#include "postgres.h"

#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "fields.h"
#include "json_text.h"

static const FieldTree whole_value = {.whole = true};

static bool cut_value(JsonText *t, const FieldTree *tree,
					  const char *const *hidden, StringInfo out);

/* how many fields a list may have: finding one looks through them all */
#define FIELDS_MAX 1000
/* and of sort keys: planning a page by them takes the square of it */
#define SORT_KEYS_MAX 100

/* Give what an error shows of a list. */
char *
fields_shown(const char *list)
{
	int len = strlen(list);
	int shown = pg_mbcliplen(list, len, 200);

	return psprintf("%.*s%s", shown, list, shown < len ? "..." : "");
}

/*
 * Parse a list of fields between commas, with a sign before each if signs.
 * The offset of an item's pointer is that in the list.
 */
List *
fields_parse(const char *list, bool signs)
{
	List	   *items = NIL;
	const char *s = list;
	int			max = signs ? SORT_KEYS_MAX : FIELDS_MAX;

	for (;;)
	{
		FieldItem  *item = palloc0(sizeof(FieldItem));
		FilterError error;
		int			len;

		if (list_length(items) == max)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg(signs ? "too many sort keys" : "too many fields"),
					 errdetail("A list can have up to %d.", max)));
		s += strspn(s, " \t\r\n");
		if (signs && (*s == '-' || *s == '+'))
			item->descending = *s++ == '-';
		len = strcspn(s, ",");
		while (len > 0 && strchr(" \t\r\n", s[len - 1]))
			len--;
		item->pointer = filter_parse_pointer(s, len, &error);
		if (item->pointer == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg(signs ? "invalid sort keys"
								  : "invalid list of fields"),
					 errdetail("%s, at byte %d of \"%s\".", error.detail,
							   (int) (s - list) + error.offset + 1,
							   fields_shown(list)),
					 error.hint ? errhint("%s", error.hint)
					 : signs	? errhint("Write them as -timestamp,+_id or "
											 "/after/mail.")
								: errhint("Write it as mapping,timestamp or "
											 "/after/mail; * is everything.")));
		item->pointer->offset = s - list;
		item->len = len;
		items = lappend(items, item);
		s += strcspn(s, ",");
		if (*s == '\0')
			return items;
		s++;
	}
}

/* Find what is wanted below a member, or NULL. */
FieldTree *
fields_child(const FieldTree *tree, const char *name, int len)
{
	ListCell *lc;

	foreach (lc, tree->children)
	{
		FieldTree *child = lfirst(lc);

		if (strncmp(child->name, name, len) == 0 && child->name[len] == '\0')
			return child;
	}
	return NULL;
}

/* Add a field to the tree of wanted ones. */
static void
add_field(FieldTree *tree, const FilterNode *pointer)
{
	for (int i = 0; i < pointer->ntokens; i++)
	{
		const char *name = pointer->tokens[i];
		FieldTree  *child = fields_child(tree, name, strlen(name));

		if (child == NULL)
		{
			child = palloc0(sizeof(FieldTree));
			child->name = name;
			tree->children = lappend(tree->children, child);
		}
		tree = child;
	}
	tree->whole = true;
}

/*
 * Make the tree of the wanted fields of an event, "_id" always among them;
 * NULL means all fields.  Names that documents have for members of rows of a
 * type (NULL: of none) stand for these.
 */
FieldTree *
fields_tree(const char *list, TupleDesc desc, const RowShape *shape)
{
	FieldTree *tree = palloc0(sizeof(FieldTree));
	FieldTree *id = palloc0(sizeof(FieldTree));
	ListCell  *lc;

	id->name = "_id";
	id->whole = true;
	tree->children = list_make1(id);
	if (list[strspn(list, " \t\r\n")] == '\0')
		return NULL;
	tree->items = fields_parse(list, false);
	foreach (lc, tree->items)
	{
		FilterNode *pointer = ((FieldItem *) lfirst(lc))->pointer;

		if (pointer->ntokens == 0 ||
			(pointer->ntokens == 1 && strcmp(pointer->tokens[0], "*") == 0))
			return NULL;
		if (desc)
		{
			const char *name = pointer->tokens[0];
			const char *member =
				field_stored_as(desc, shape, name, strlen(name));

			if (member)
				pointer->tokens[0] = pstrdup(member);
		}
		add_field(tree, pointer);
	}
	return tree;
}

/* Refuse a field of a list that a row type cannot have. */
void
fields_check(const char *list, TupleDesc desc, const RowShape *shape,
			 const FilterNode *pointer, const char *relation)
{
	const char *member;
	const char *nearest;

	if (pointer->ntokens == 0 || shape->extra != InvalidAttrNumber)
		return;
	member = pointer->tokens[0];
	if (field_column_of(desc, shape, member, strlen(member)) !=
		InvalidAttrNumber)
		return;
	nearest = field_nearest(desc, shape, member);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("field \"/%s\" does not exist in %s", member, relation),
			 errdetail("It is at byte %d of \"%s\".", pointer->offset + 1,
					   fields_shown(list)),
			 nearest ? errhint("Perhaps you meant \"/%s\".", nearest)
					 : errhint("Fields are the columns, in camelCase; the "
							   "table has no column \"extra\" of type jsonb "
							   "for others.")));
}

/* Find what is wanted below a member, whose name is in JSON's writing. */
static const FieldTree *
child_of_key(const FieldTree *tree, const JsonText *key)
{
	const char *name;
	int			len;

	name = json_text_string(key, &len);
	/* what has \u0000 no field can name */
	return name ? fields_child(tree, name, len) : NULL;
}

/* Tell whether a member, with its quotes, is among those hidden where null. */
static bool
is_hidden(const char *const *hidden, const JsonText *key, const char *value)
{
	int len = key->end - key->at;

	if (*value != 'n')
		return false;
	for (; *hidden; hidden++)
	{
		if (strlen(*hidden) == len - 2 &&
			memcmp(*hidden, key->at + 1, len - 2) == 0)
			return true;
	}
	return false;
}

/* Cut an object; false, with nothing written, if nothing in it is wanted. */
static bool
cut_object(JsonText *t, const FieldTree *tree, const char *const *hidden,
		   StringInfo out)
{
	int		 start = out->len;
	bool	 any = false;
	JsonText key;

	appendStringInfoChar(out, '{');
	while (json_text_next_member(t, &key))
	{
		const FieldTree *child =
			tree->whole ? &whole_value : child_of_key(tree, &key);
		int mark = out->len;

		if (child == NULL || (hidden && is_hidden(hidden, &key, t->at)))
		{
			json_text_skip_value(t, NULL);
			continue;
		}
		if (any)
			appendStringInfoChar(out, ',');
		appendBinaryStringInfo(out, key.at, key.end - key.at);
		appendStringInfoChar(out, ':');
		if (cut_value(t, child, NULL, out))
			any = true;
		else
			out->len = mark;
	}
	if (any)
		appendStringInfoChar(out, '}');
	else
		out->len = start;
	out->data[out->len] = '\0';
	return any;
}

/* Find what is wanted of an element of an array, by its number. */
static const FieldTree *
child_of_index(const FieldTree *tree, int index)
{
	ListCell *lc;

	foreach (lc, tree->children)
	{
		FieldTree *child = lfirst(lc);
		int		   len = strlen(child->name);

		if (len > 0 && len < 10 && strspn(child->name, "0123456789") == len &&
			atoi(child->name) == index)
			return child;
	}
	return NULL;
}

/* Cut an array, whose elements are wanted by their numbers. */
static bool
cut_array(JsonText *t, const FieldTree *tree, StringInfo out)
{
	int	 start = out->len;
	bool any = false;

	appendStringInfoChar(out, '[');
	for (int i = 0; json_text_next_element(t); i++)
	{
		const FieldTree *child = child_of_index(tree, i);
		int				 mark = out->len;

		if (child == NULL)
		{
			json_text_skip_value(t, NULL);
			continue;
		}
		if (any)
			appendStringInfoChar(out, ',');
		if (cut_value(t, child, NULL, out))
			any = true;
		else
			out->len = mark;
	}
	if (any)
		appendStringInfoChar(out, ']');
	else
		out->len = start;
	out->data[out->len] = '\0';
	return any;
}

/*
 * Cut the JSON that a string holds, as the column of its member has it too;
 * false, with nothing written, if it holds none or nothing in it is wanted.
 */
static bool
cut_string(JsonText *t, const FieldTree *tree, StringInfo out)
{
	JsonText inner = *t;

	json_text_skip_value(t, NULL);
	return json_text_enter_string(&inner) &&
		   cut_value(&inner, tree, NULL, out);
}

/* Cut a value; false, with nothing written, if nothing in it is wanted. */
static bool
cut_value(JsonText *t, const FieldTree *tree, const char *const *hidden,
		  StringInfo out)
{
	check_stack_depth();
	if (*t->at == '{' && (!tree->whole || hidden))
		return cut_object(t, tree, hidden, out);
	if (*t->at == '[' && !tree->whole)
		return cut_array(t, tree, out);
	if (*t->at == '"' && tree->json && !tree->whole)
		return cut_string(t, tree, out);
	if (tree->whole)
	{
		json_text_skip_value(t, out);
		return true;
	}
	json_text_skip_value(t, NULL);
	return false;
}

/*
 * Write an event with the wanted fields (all, if tree is NULL) and without
 * the hidden members that are null.
 */
void
fields_cut(const char *json, int len, const FieldTree *tree,
		   const char *const *hidden, StringInfo out)
{
	JsonText t = {json, json + len};

	json_text_skip_space(&t);
	if (t.at == t.end ||
		!cut_value(&t, tree ? tree : &whole_value, hidden, out))
		appendStringInfoString(out, "{}");
}

PG_FUNCTION_INFO_V1(is_field_list);

/* is_field_list(list text, sort_keys bool) -> boolean; an error, not false */
Datum
is_field_list(PG_FUNCTION_ARGS)
{
	char *list = text_to_cstring(PG_GETARG_TEXT_PP(0));

	if (PG_GETARG_BOOL(1))
		fields_parse(list, true);
	else
		fields_tree(list, NULL, NULL);
	PG_RETURN_BOOL(true);
}
