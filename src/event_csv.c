/*
 * event_csv.c
 *		A row's event as a record of CSV.  A field of the record has what the
 *		event says: the row's column, or where the event is kept as it came,
 *		the member in that.  It knows the columns of a row by its printer
 *		alone, and nothing of topics and queries.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "compat.h"
#include "csv.h"
#include "event_csv.h"
#include "json_text.h"

/* the column of the members that have none of their own */
#define REST "extra"

/* A column of the records. */
typedef struct CsvColumn
{
	const char			*header;
	const PrintedColumn *column; /* NULL: what extra has */
	int					 ntokens;
	char			   **tokens; /* of the field in the event */
	JsonText			 found;	 /* in the event at hand, kept as it came */
} CsvColumn;

struct CsvPrinter
{
	const EventPrinter *events;
	bool				guard_formulas;
	bool				rest; /* the last field has all other members */
	StringInfoData		json; /* the value at hand */
	int					ncolumns;
	CsvColumn			columns[FLEXIBLE_ARRAY_MEMBER];
};

/* Find the row's column that holds a member, or NULL. */
static const PrintedColumn *
column_of(const EventPrinter *events, const char *member)
{
	for (int i = 0; i < events->ncolumns; i++)
	{
		if (strcmp(events->columns[i].member, member) == 0)
			return &events->columns[i];
	}
	return NULL;
}

/*
 * Make a printer of records with the fields, as the list has them, of a
 * printer of events; where that prints all members, with each column's and one
 * field with the others.  It lives in the current memory context.
 */
CsvPrinter *
csv_printer(const EventPrinter *events, const char *fields,
			bool guard_formulas)
{
	List	   *items = events->fields ? events->fields->items : NIL;
	int			ncolumns = items ? list_length(items) : events->ncolumns;
	CsvPrinter *printer =
		palloc0(offsetof(CsvPrinter, columns) + ncolumns * sizeof(CsvColumn));

	printer->events = events;
	printer->guard_formulas = guard_formulas;
	printer->rest = items == NIL && events->extra;
	printer->ncolumns = ncolumns;
	initStringInfo(&printer->json);
	for (int i = 0; i < ncolumns; i++)
	{
		CsvColumn *column = &printer->columns[i];
		FieldItem *item = items ? list_nth(items, i) : NULL;

		if (item)
		{
			column->header =
				pnstrdup(fields + item->pointer->offset, item->len);
			column->ntokens = item->pointer->ntokens;
			column->tokens = item->pointer->tokens;
			column->column = column_of(events, column->tokens[0]);
		}
		else
		{
			column->column = &events->columns[i];
			column->header = column->column->member;
			column->ntokens = 1;
			column->tokens = (char **) &column->header;
		}
	}
	return printer;
}

/* Begin the next field. */
static void
begin_field(StringInfo out, bool *first)
{
	if (!*first)
		appendStringInfoCharMacro(out, ',');
	*first = false;
}

/* Append the record with the names of the fields. */
void
csv_print_header(const CsvPrinter *printer, StringInfo out)
{
	bool first = true;

	for (int i = 0; i < printer->ncolumns; i++)
	{
		begin_field(out, &first);
		csv_append_field(out, printer->columns[i].header,
						 strlen(printer->columns[i].header),
						 printer->guard_formulas);
	}
	if (printer->rest)
	{
		begin_field(out, &first);
		appendStringInfoString(out, REST);
	}
}

/*
 * Append a value of JSON: a string is what it says, or as JSON writes it where
 * no text can say that; null is nothing.
 */
static void
append_json(const CsvPrinter *printer, JsonText json, StringInfo out)
{
	int start = out->len;

	json_text_skip_space(&json);
	if (*json.at == '"')
	{
		int			len;
		const char *s = json_text_string(&json, &len);

		appendBinaryStringInfo(out, s ? s : json.at,
							   s ? len : json.end - json.at);
		csv_end_field(out, start, printer->guard_formulas);
	}
	else if (*json.at != 'n')
	{
		json_text_skip_value(&json, out);
		csv_end_field(out, start, false);
	}
}

/* Append what a pointer leads to in JSON text, if anything. */
static void
append_found(const CsvPrinter *printer, JsonText json, char **tokens,
			 int ntokens, bool is_jsonb, StringInfo out)
{
	if (json_text_find(&json, tokens, ntokens, is_jsonb))
		append_json(printer, json, out);
}

/* Append the value of a column. */
static void
append_column(CsvPrinter *printer, const PrintedColumn *column, Datum value,
			  bool as_text, StringInfo out)
{
	StringInfo json = &printer->json;
	int		   start = out->len;

	if (column->value.kind == JSON_VALUE_TEXT)
	{
		text *s = DatumGetTextPP(value);

		appendBinaryStringInfo(out, VARDATA_ANY(s), VARSIZE_ANY_EXHDR(s));
		csv_end_field(out, start, printer->guard_formulas);
		if ((Pointer) s != DatumGetPointer(value))
			pfree(s);
		return;
	}
	resetStringInfo(json);
	json_value_append(json, &column->value, value, as_text);
	append_json(printer, (JsonText){json->data, json->data + json->len}, out);
}

/* Append a field of an event that columns tell. */
static void
append_field(CsvPrinter *printer, const CsvColumn *field, uint64 form,
			 const Datum *values, const bool *nulls, StringInfo out)
{
	const PrintedColumn *column = field->column;
	AttrNumber source = column ? column->source : printer->events->extra;
	StringInfo json = &printer->json;
	JsonValue  jsonb = {JSON_VALUE_JSONB, NULL};
	bool	   as_text;

	if (!source || nulls[source - 1])
		return;
	if (column && field->ntokens == 1)
	{
		as_text = column->form_bit >= 0 &&
				  ((form >> column->form_bit) & FORM_TEXT) != 0;
		append_column(printer, column, values[source - 1], as_text, out);
		return;
	}
	resetStringInfo(json);
	json_value_append(json, column ? &column->value : &jsonb,
					  values[source - 1], false);
	append_found(printer, (JsonText){json->data, json->data + json->len},
				 field->tokens + (column ? 1 : 0),
				 field->ntokens - (column ? 1 : 0), false, out);
}

/* Append the record of an event that columns tell. */
static void
append_columns(CsvPrinter *printer, const Datum *values, const bool *nulls,
			   StringInfo out)
{
	uint64 form = event_printer_form(printer->events, values, nulls);
	bool   first = true;

	for (int i = 0; i < printer->ncolumns; i++)
	{
		begin_field(out, &first);
		append_field(printer, &printer->columns[i], form, values, nulls, out);
	}
	if (printer->rest)
	{
		CsvColumn extra = {.ntokens = 0};

		begin_field(out, &first);
		append_field(printer, &extra, form, values, nulls, out);
	}
}

/* Find the field of a member whose name is in JSON's writing, or NULL. */
static CsvColumn *
field_of_key(CsvPrinter *printer, const JsonText *key)
{
	int			len;
	const char *name = json_text_string(key, &len);

	for (int i = 0; name && i < printer->ncolumns; i++)
	{
		CsvColumn *field = &printer->columns[i];

		if (strlen(field->header) == len &&
			memcmp(field->header, name, len) == 0)
			return field;
	}
	return NULL;
}

/* Add a member to those that have no field of their own. */
static void
add_rest(StringInfo rest, JsonText key, JsonText value)
{
	appendStringInfoCharMacro(rest, rest->len > 0 ? ',' : '{');
	appendBinaryStringInfo(rest, key.at, key.end - key.at);
	appendStringInfoCharMacro(rest, ':');
	appendBinaryStringInfo(rest, value.at, value.end - value.at);
}

/*
 * Append the record of an event that is kept as it came, with all members.  Of
 * several of one name the last one counts; the others are with the rest.  What
 * is no object, which nothing of ours keeps, is all rest.
 */
static void
append_members(CsvPrinter *printer, JsonText json, StringInfo out)
{
	StringInfo rest = &printer->json;
	bool	   first = true;
	bool	   object;
	JsonText   key;

	for (int i = 0; i < printer->ncolumns; i++)
		printer->columns[i].found.at = NULL;
	resetStringInfo(rest);
	json_text_skip_space(&json);
	object = *json.at == '{';
	while (object && json_text_next_member(&json, &key))
	{
		CsvColumn *field = field_of_key(printer, &key);
		JsonText   value = json;

		json_text_skip_value(&json, NULL);
		value.end = json.at;
		if (field == NULL)
			add_rest(rest, key, value);
		else
		{
			if (field->found.at)
				add_rest(rest, key, field->found);
			field->found = value;
		}
	}
	for (int i = 0; i < printer->ncolumns; i++)
	{
		begin_field(out, &first);
		if (printer->columns[i].found.at)
			append_json(printer, printer->columns[i].found, out);
	}
	begin_field(out, &first);
	if (!object)
		append_json(printer, json, out);
	else if (rest->len > 0)
	{
		appendStringInfoCharMacro(rest, '}');
		append_json(printer, (JsonText){rest->data, rest->data + rest->len},
					out);
	}
}

/* Append the record of a row's event. */
void
csv_print(CsvPrinter *printer, const Datum *values, const bool *nulls,
		  StringInfo out)
{
	AttrNumber raw = printer->events->raw;
	text	  *s;
	JsonText   json;
	bool	   first = true;

	if (!raw || nulls[raw - 1])
	{
		append_columns(printer, values, nulls, out);
		return;
	}
	s = DatumGetTextPP(values[raw - 1]);
	json = (JsonText){VARDATA_ANY(s), VARDATA_ANY(s) + VARSIZE_ANY_EXHDR(s)};
	if (printer->rest)
		append_members(printer, json, out);
	else
	{
		for (int i = 0; i < printer->ncolumns; i++)
		{
			CsvColumn *field = &printer->columns[i];

			begin_field(out, &first);
			append_found(printer, json, field->tokens, field->ntokens,
						 field->column &&
							 field->column->value.kind == JSON_VALUE_JSONB,
						 out);
		}
	}
	if ((Pointer) s != DatumGetPointer(values[raw - 1]))
		pfree(s);
}
