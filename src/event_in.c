/*
 * event_in.c
 *		JSON to rows: reads an event's text with json-c and makes the row of
 *		its topic's table.  It owns json-c's objects, and json_tree.c reads
 *		them; no other file includes json-c, whose names clash with
 *		utils/builtins.h.  It knows nothing of storing.
 */
#include "postgres.h"

#include <json-c/json.h>

#include "catalog/pg_type_d.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "document.h"
#include "event_in.h"
#include "event_row.h"
#include "iso8601.h"
#include "json_tree.h"

/* How well a column tells a member's value. */
typedef enum Fidelity
{
	EXACT,
	CHANGED, /* filters find it, the event needs its text */
	LOST	 /* the column is NULL */
} Fidelity;

/* json-c's objects, which ereport() would leave behind. */
typedef struct Trees
{
	json_tokener		 *tokener;
	json_object			 *event;
	json_object			 *part; /* the JSON text in a string of the event */
	MemoryContextCallback callback;
} Trees;

/* An event that is being read. */
typedef struct Reading
{
	EventReader		*reader;
	Event			*event;
	StringInfoData	 text; /* as it is stored */
	EventFacts		 facts;
	bool			 need_text; /* columns alone can't give it back */
	int64			 form;
	JsonbParseState *extra;
	int64			 members;
} Reading;

/* values in columns and their text once more must fit a row */
#define MAX_EVENT (256 * 1024 * 1024)

/* jsonb has its own limits; a longer event keeps its text only. */
#define MAX_JSONB_EVENT (16 * 1024 * 1024)

/* Free what json-c holds. */
static void
free_trees(void *arg)
{
	Trees *trees = arg;

	if (trees->tokener)
		json_tokener_free(trees->tokener);
	json_object_put(trees->event);
	json_object_put(trees->part);
	trees->tokener = NULL;
	trees->event = trees->part = NULL;
}

/* Make a reader for the events of a table, in the current memory context. */
EventReader *
event_reader_create(Relation relation)
{
	EventReader *reader = event_row_set_up(relation);

	reader->trees = palloc0(sizeof(Trees));
	reader->trees->callback.func = free_trees;
	reader->trees->callback.arg = reader->trees;
	MemoryContextRegisterResetCallback(reader->cxt, &reader->trees->callback);

	/* json-c counts a list's or object's members as one level more */
	reader->trees->tokener = json_tokener_new_ex(2 * EVENT_MAX_DEPTH + 2);
	if (reader->trees->tokener == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	return reader;
}

/* Parse a clean and valid text; NULL if json-c refuses it. */
static json_object *
parse(EventReader *reader, StringInfo text, const EventFacts *facts,
	  json_object **tree)
{
	StringInfoData rewritten;
	json_tokener  *tokener = reader->trees->tokener;

	if (facts->unparsable)
	{
		initStringInfo(&rewritten);
		event_text_for_parser(text->data, text->len, &rewritten);
		text = &rewritten;
	}
	json_tokener_reset(tokener);
	json_object_put(*tree);
	*tree = NULL;
	*tree = json_tokener_parse_ex(tokener, text->data, -1);
	return json_tokener_get_error(tokener) == json_tokener_success ? *tree
																   : NULL;
}

/*
 * Look for JSON text in a string, as servers' repositories give objects and
 * lists back; NULL if it is none.
 */
static json_object *
parse_part(Reading *reading, json_object *string)
{
	EventReader	  *reader = reading->reader;
	const char	  *s = json_object_get_string(string);
	int			   len = json_object_get_string_len(string);
	StringInfoData text;
	EventFacts	   facts;
	json_object	  *part = NULL;
	const char	  *first = s + strspn(s, " \t\r\n");

	if (*first != '{' && *first != '[')
		return NULL;
	initStringInfo(&text);
	event_text_clean(s, len, &text, &facts);
	if (event_text_error(s, len, &facts) == NULL &&
		(part = parse(reader, &text, &facts, &reader->trees->part)) != NULL)
	{
		reading->need_text |=
			facts.inexact || json_tree_members(part) != facts.members;
		reading->facts.huge |= facts.huge;
	}
	pfree(text.data);
	return part;
}

/* Fill a jsonb column. */
static Fidelity
read_jsonb(Reading *reading, EventColumn *column, json_object *tree,
		   Datum *value)
{
	json_object *part = NULL;
	Fidelity	 fidelity = EXACT;

	if (reading->text.len > MAX_JSONB_EVENT)
		return LOST;
	if (json_object_is_type(tree, json_type_string) &&
		(part = parse_part(reading, tree)) != NULL)
	{
		tree = part;
		if (reading->reader->shape.form && column->attno <= 32)
			reading->form |= INT64CONST(2) << (2 * (column->attno - 1));
		else
			fidelity = CHANGED;
	}
	if (reading->facts.huge && !json_tree_fits_jsonb(tree))
		return LOST;
	*value = JsonbPGetDatum(json_tree_jsonb(tree));
	return fidelity;
}

/* Fill a column of some other type by its input function. */
static Fidelity
read_other(Reading *reading, EventColumn *column, json_object *tree,
		   const char *s, bool plain, Datum *value)
{
	Jsonb *jsonb;
	char  *back;

	if (column->type == JSONOID && reading->facts.unparsable &&
		!reading->facts.huge)
	{
		/* json-c would show the exponents of event_text_for_parser */
		jsonb = json_tree_jsonb(tree);
		s = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));
	}
	else if (column->type == JSONOID || !plain)
		s = json_object_to_json_string_ext(
			tree, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	if (!input_call_soft(&column->in, s, column->ioparam, column->typmod,
						 value))
		return LOST;
	if (column->type == JSONOID)
		return EXACT;
	back = OutputFunctionCall(&column->out, *value);
	return plain && strcmp(back, s) == 0 ? EXACT : CHANGED;
}

/* Fill a column from a value that is not null. */
static Fidelity
read_value(Reading *reading, EventColumn *column, json_object *tree,
		   Datum *value)
{
	const char *s = NULL;
	int			len = 0;
	bool		plain;
	bool		string = json_object_is_type(tree, json_type_string);
	char		printed[ISO8601_SIZE];
	TimestampTz ts;

	if (column->kind == COLUMN_JSONB)
		return read_jsonb(reading, column, tree, value);
	plain = json_tree_plain(tree, &s, &len);
	switch (column->kind)
	{
		case COLUMN_TEXT:
			if (!plain || (column->max_len && len > column->max_len &&
						   reading->reader->shape.raw &&
						   column->attno != reading->reader->id))
				return LOST;
			*value = event_row_text(s, len);
			return string ? EXACT : CHANGED;
		case COLUMN_TIMESTAMP:
			if (!plain || !iso8601_parse(s, len, &ts))
				return LOST;
			*value = TimestampTzGetDatum(ts);
			return string && iso8601_print(ts, printed) == len &&
						   memcmp(printed, s, len) == 0
					   ? EXACT
					   : CHANGED;
		case COLUMN_BOOLEAN:
			if (!plain || (strcmp(s, "true") != 0 && strcmp(s, "false") != 0))
				return LOST;
			*value = BoolGetDatum(*s == 't');
			return json_object_is_type(tree, json_type_boolean) ? EXACT
																: CHANGED;
		default:
			return read_other(reading, column, tree, s, plain, value);
	}
}

/* Tell whether the event's text is kept for a member, or say that it is not.
 */
static bool
keeps_text(Reading *reading, const char *member)
{
	if (reading->reader->shape.raw)
		return true;
	reading->event->reason =
		psprintf("the table cannot hold the value of member \"%s\"", member);
	return false;
}

/* Put a member that has no column into extra, or say that there is none. */
static bool
read_extra(Reading *reading, const char *member, json_object *tree)
{
	JsonbValue value;
	JsonbValue name;

	if (!reading->reader->shape.extra)
	{
		reading->event->reason =
			psprintf("the table has no column for member \"%s\"", member);
		return false;
	}
	if (reading->text.len > MAX_JSONB_EVENT ||
		(reading->facts.huge && !json_tree_fits_jsonb(tree)))
	{
		reading->need_text = true;
		return keeps_text(reading, member);
	}
	if (reading->extra == NULL)
		pushJsonbValue(&reading->extra, WJB_BEGIN_OBJECT, NULL);
	name.type = jbvString;
	name.val.string.val = pstrdup(member);
	name.val.string.len = strlen(member);
	pushJsonbValue(&reading->extra, WJB_KEY, &name);
	json_tree_push(&reading->extra, WJB_VALUE, tree, &value);
	return true;
}

/* Fill the columns from the members of an event. */
static bool
read_members(Reading *reading, json_object *tree)
{
	EventReader *reader = reading->reader;

	json_object_object_foreach(tree, member, value)
	{
		EventColumn *column = event_row_column(reader, member);
		int			 i;

		if (column == NULL)
		{
			if (!read_extra(reading, member, value))
				return false;
			continue;
		}
		i = column->attno - 1;
		reader->given[i] = true;
		if (value != NULL)
		{
			Fidelity fidelity =
				read_value(reading, column, value, &reader->values[i]);

			reader->nulls[i] = fidelity == LOST;
			reading->need_text |= fidelity != EXACT;
			if (fidelity == LOST && column->attno != reader->id &&
				column->attno != reader->timestamp &&
				!keeps_text(reading, member))
				return false;
		}
		else if (reader->shape.form && i < 32)
			reading->form |= INT64CONST(1) << (2 * i);
		else
			reading->need_text = true;
	}
	return true;
}

/* Fill the columns that are no members of the event. */
static void
fill_own_columns(Reading *reading)
{
	EventReader *reader = reading->reader;
	RowShape	*shape = &reader->shape;

	if (shape->extra && reading->extra)
	{
		reader->values[shape->extra - 1] = JsonbPGetDatum(JsonbValueToJsonb(
			pushJsonbValue(&reading->extra, WJB_END_OBJECT, NULL)));
		reader->nulls[shape->extra - 1] = false;
	}
	if (shape->form && reading->form)
	{
		reader->values[shape->form - 1] = Int64GetDatum(reading->form);
		reader->nulls[shape->form - 1] = false;
	}
	if (shape->raw && reading->need_text)
	{
		reader->values[shape->raw - 1] =
			event_row_text(reading->text.data, reading->text.len);
		reader->nulls[shape->raw - 1] = false;
	}
}

/* Tell whether an object is a server's answer, with events in it. */
static bool
is_response(json_object *tree)
{
	static const char *const of_events[] = {"_id", "timestamp",
											"transactionId", "eventName"};
	static const char *const lists[] = {"result", "entries"};

	for (int i = 0; i < lengthof(of_events); i++)
	{
		if (json_object_object_get_ex(tree, of_events[i], NULL))
			return false;
	}
	for (int i = 0; i < lengthof(lists); i++)
	{
		json_object *list = json_object_object_get(tree, lists[i]);
		bool		 objects = json_object_is_type(list, json_type_array);

		for (size_t n = 0; objects && n < json_object_array_length(list); n++)
			objects = json_object_is_type(json_object_array_get_idx(list, n),
										  json_type_object);
		if (objects)
			return true;
	}
	return false;
}

/* Give an event without _id one that follows from its content. */
static char *
derive_id(Reading *reading, json_object *tree)
{
	StringInfo text = &reading->text;
	Jsonb	  *jsonb;
	char	  *canonical;

	if (reading->facts.inexact || text->len > MAX_JSONB_EVENT)
		return event_row_derive_id(reading->reader, text->data, text->len);
	jsonb = json_tree_jsonb(tree);
	canonical = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));
	return event_row_derive_id(reading->reader, canonical, strlen(canonical));
}

/* Make sure of the event's own time and name. */
static bool
identify(Reading *reading, json_object *tree, TimestampTz received)
{
	EventReader *reader = reading->reader;
	Event		*event = reading->event;
	int			 id = reader->id - 1;
	int			 timestamp = reader->timestamp - 1;

	if (reader->nulls[timestamp])
	{
		event->late = reading->need_text = true;
		reader->values[timestamp] = TimestampTzGetDatum(received);
		reader->nulls[timestamp] = false;
	}
	event->timestamp = DatumGetTimestampTz(reader->values[timestamp]);

	if (reader->nulls[id])
	{
		StringInfoData text;

		event->id = derive_id(reading, tree);
		reader->values[id] = event_row_text(event->id, strlen(event->id));
		reader->nulls[id] = false;
		if (reader->given[id])
			reading->need_text = true;
		else
		{
			/* it comes back with its _id, even where its text is kept */
			initStringInfo(&text);
			appendStringInfo(&text, "{\"_id\":\"%s\"%s%s", event->id,
							 reading->text.data[1] == '}' ? "" : ",",
							 reading->text.data + 1);
			reading->text = text;
		}
	}
	else
	{
		struct varlena *value =
			(struct varlena *) DatumGetPointer(reader->values[id]);

		event->id = pnstrdup(VARDATA(value), VARSIZE(value) - VARHDRSZ);
	}
	if (strlen(event->id) > EVENT_MAX_ID)
	{
		event->reason =
			psprintf("its _id is longer than %d bytes", EVENT_MAX_ID);
		return false;
	}
	return true;
}

/* Read a clean and valid text. */
static bool
read_clean(Reading *reading, TimestampTz received)
{
	EventReader *reader = reading->reader;
	Event		*event = reading->event;
	json_object *tree;

	tree =
		parse(reader, &reading->text, &reading->facts, &reader->trees->event);
	if (!json_object_is_type(tree, json_type_object))
	{
		event->reason = pstrdup("not a JSON object");
		return false;
	}
	if (is_response(tree))
	{
		event->response = true;
		event->reason = pstrdup("a response of a server, not an event");
		return false;
	}
	if (reading->text.len > MAX_EVENT)
	{
		event->reason = psprintf("longer than %d bytes", MAX_EVENT);
		return false;
	}

	reading->need_text = reading->facts.inexact ||
						 json_tree_members(tree) != reading->facts.members;
	memset(reader->nulls, true, reader->ncolumns);
	memset(reader->given, false, reader->ncolumns);
	reader->hint = 0;
	if (!read_members(reading, tree) || !identify(reading, tree, received))
		return false;
	fill_own_columns(reading);
	event->tuple = event_row_complete(reader, &event->reason);
	return event->tuple != NULL;
}

/*
 * Read an event.  False if it is none that the table can hold: the reason, or
 * the fact that it is a response, is in *event, and so is what may be kept of
 * its text.
 */
bool
event_read(EventReader *reader, const char *text, int len,
		   TimestampTz received, Event *event)
{
	Reading reading = {.reader = reader, .event = event};
	bool	object;

	memset(event, 0, sizeof(*event));
	initStringInfo(&event->text);
	event_text_clean(text, len, &event->text, &reading.facts);
	event->reason = event_text_error(text, len, &reading.facts);
	object = event->reason == NULL && event->text.data[0] == '{';
	if (event->reason == NULL)
	{
		reading.text = event->text;
		document_rename(reader->desc, &reader->shape, &reading.text);
		if (read_clean(&reading, received))
			return true;
		if (event->response || reading.facts.masked)
			return false;
	}
	if (!object && event_text_names_secret(text, len))
	{
		/* where nothing is sure, nothing is kept that may be a credential */
		resetStringInfo(&event->text);
		event->withheld = true;
		return false;
	}
	resetStringInfo(&event->text);
	appendBinaryStringInfo(&event->text, text, len);
	return false;
}
