/*
 * event_out.c
 *		A row as its event, in JSON.  Which columns are which members is found
 *		once for a row type and kept in a printer; printing itself looks
 *		nothing up.  It knows the columns of a topic by field.h alone, and
 *		nothing of topics, filters and queries.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/partition.h"
#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "funcapi.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "compat.h"
#include "event_out.h"
#include "iso8601.h"

/* form has two bits for each of this many columns */
#define FORM_COLUMNS 32

/* how a column's values become JSON */
typedef enum ValueKind
{
	VALUE_TEXT,
	VALUE_INSTANT,
	VALUE_BOOLEAN,
	VALUE_INT2,
	VALUE_INT4,
	VALUE_INT8,
	VALUE_JSONB,
	VALUE_JSON,
	VALUE_OTHER /* by PostgreSQL's to_json */
} ValueKind;

/* the entry types by which events of 2.x and 3.x are formatted */
typedef enum EntryKind
{
	ENTRY_UNFORMATTED,
	ENTRY_START_OR_SUMMARY,
	ENTRY_OBJECT
} EntryKind;

typedef struct EventColumn
{
	AttrNumber source; /* where among the row's values */
	ValueKind  kind;
	EntryKind  hidden_in; /* left out there if it is null */
	bool	   parts;	  /* only parts of its JSON are wanted */
	int		   form_bit;  /* its first bit in form, or -1 */
	char	  *key;		  /* "member": */
	int		   keylen;
	FmgrInfo  *to_json; /* if VALUE_OTHER */
} EventColumn;

struct EventPrinter
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
	EventColumn		 columns[FLEXIBLE_ARRAY_MEMBER];
};

/* members that a formatted event leaves out where they are null */
static const char *const hidden_in_ends[] = {
	"actionId",	 "action",		   "ambiguousTargetObjectIds", "reconciling",
	"situation", "sourceObjectId", "targetObjectId",		   NULL};
static const char *const hidden_in_entries[] = {"mapping", NULL};

/* Find out how a type's values become JSON. */
static ValueKind
kind_of_type(Oid type)
{
	switch (getBaseType(type))
	{
		case TEXTOID:
		case VARCHAROID:
			return VALUE_TEXT;
		case TIMESTAMPTZOID:
			return VALUE_INSTANT;
		case BOOLOID:
			return VALUE_BOOLEAN;
		case INT2OID:
			return VALUE_INT2;
		case INT4OID:
			return VALUE_INT4;
		case INT8OID:
			return VALUE_INT8;
		case JSONBOID:
			return VALUE_JSONB;
		case JSONOID:
			return VALUE_JSON;
		default:
			return VALUE_OTHER;
	}
}

/* Make to_json callable for a type: it asks for its argument's. */
static FmgrInfo *
to_json_of_type(Form_pg_attribute att)
{
	FmgrInfo *to_json = palloc(sizeof(FmgrInfo));
	Const	 *null =
		makeNullConst(att->atttypid, att->atttypmod, att->attcollation);

	fmgr_info(F_TO_JSON, to_json);
	fmgr_info_set_expr((Node *) makeFuncExpr(F_TO_JSON, JSONOID,
											 list_make1(null), InvalidOid,
											 InvalidOid, COERCE_EXPLICIT_CALL),
					   to_json);
	return to_json;
}

/* Tell in which entries a member is hidden where it is null. */
static EntryKind
hiding_entries(const char *member)
{
	for (const char *const *hidden = hidden_in_ends; *hidden; hidden++)
	{
		if (strcmp(member, *hidden) == 0)
			return ENTRY_START_OR_SUMMARY;
	}
	return strcmp(member, hidden_in_entries[0]) == 0 ? ENTRY_OBJECT
													 : ENTRY_UNFORMATTED;
}

/*
 * Find a column's first bit in form.  Bits go by the attribute numbers of the
 * topic's table, which a partition may not share.
 */
static int
form_bit(const RowShape *shape, Oid topic, Form_pg_attribute att)
{
	AttrNumber attno = att->attnum;

	if (shape->form == InvalidAttrNumber)
		return -1;
	if (OidIsValid(topic))
		attno = get_attnum(topic, NameStr(att->attname));
	if (attno < 1 || attno > FORM_COLUMNS)
		return -1;
	return 2 * (attno - 1);
}

/* Fill in how a column is printed. */
static void
init_column(EventColumn *column, Form_pg_attribute att, const char *member)
{
	StringInfoData key;

	initStringInfo(&key);
	escape_json(&key, member);
	appendStringInfoChar(&key, ':');
	column->key = key.data;
	column->keylen = key.len;
	column->source = att->attnum;
	column->kind = kind_of_type(att->atttypid);
	column->hidden_in = hiding_entries(member);
	if (column->kind == VALUE_OTHER)
		column->to_json = to_json_of_type(att);
}

/*
 * Make a printer for rows of a type, which prints these fields (NULL: all).
 * It lives in the current memory context.
 */
EventPrinter *
event_printer(TupleDesc desc, FieldTree *fields, bool formatted)
{
	EventPrinter *printer = palloc0(offsetof(EventPrinter, columns) +
									desc->natts * sizeof(EventColumn));
	Oid			  topic = InvalidOid;
	RowShape	  shape;
	int			  found = 0;

	if (desc->tdtypeid != RECORDOID)
		topic = get_typ_typrelid(desc->tdtypeid);
	if (OidIsValid(topic) && get_rel_relispartition(topic))
		topic = llast_oid(get_partition_ancestors(topic));

	field_row_shape(desc, &shape);
	printer->fields = fields;
	printer->formatted = formatted;
	printer->form = shape.form;
	printer->raw = shape.raw;
	printer->entry_type = field_column_of(desc, &shape, "entryType", 9);
	printer->root_action = field_column_of(desc, &shape, "rootActionId", 12);
	if (!printer->entry_type || !printer->root_action ||
		kind_of_type(TupleDescAttr(desc, printer->entry_type - 1)->atttypid) !=
			VALUE_TEXT)
		printer->root_action = InvalidAttrNumber;

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		EventColumn		 *column = &printer->columns[printer->ncolumns];
		FieldTree		 *wanted = NULL;
		char			 *member;

		if (!field_is_member(desc, &shape, att->attnum))
			continue;
		member = field_member_of(NameStr(att->attname));
		if (fields)
		{
			wanted = fields_child(fields, member, strlen(member));
			if (wanted == NULL)
				continue;
			found++;
		}
		init_column(column, att, member);
		column->form_bit = form_bit(&shape, topic, att);
		column->parts = wanted && !wanted->whole;
		if (column->parts)
		{
			printer->cut = true;
			wanted->json = column->kind == VALUE_JSONB;
		}
		printer->ncolumns++;
	}

	/* fields without a column can only be in extra */
	if (fields == NULL || found < list_length(fields->children))
	{
		printer->extra = shape.extra;
		printer->cut |= fields && shape.extra;
	}
	return printer;
}

/* Ask for a column once, and give where it is in the list of those asked. */
static AttrNumber
ask_column(AttrNumber attno, TupleDesc desc, AttrNumber *asked,
		   StringInfo list)
{
	if (attno == InvalidAttrNumber)
		return InvalidAttrNumber;
	if (asked[attno] == InvalidAttrNumber)
	{
		asked[attno] = ++asked[0];
		appendStringInfo(list, "%st.%s", asked[0] > 1 ? ", " : "",
						 quote_identifier(NameStr(
							 TupleDescAttr(desc, attno - 1)->attname)));
	}
	return asked[attno];
}

/*
 * Write the columns that a printer needs as the list of a SELECT from a table
 * called t, let the printer take its rows, and give the length of the list.
 * So nothing is fetched that is not printed.
 */
int
event_printer_columns(EventPrinter *printer, TupleDesc desc, StringInfo list)
{
	/* by attribute number; [0] counts */
	AttrNumber *asked = palloc0((desc->natts + 1) * sizeof(AttrNumber));
	int			ncolumns;

	for (int i = 0; i < printer->ncolumns; i++)
	{
		EventColumn *column = &printer->columns[i];

		column->source = ask_column(column->source, desc, asked, list);
	}
	printer->extra = ask_column(printer->extra, desc, asked, list);
	printer->form = ask_column(printer->form, desc, asked, list);
	printer->raw = ask_column(printer->raw, desc, asked, list);
	if (!printer->formatted)
		printer->root_action = InvalidAttrNumber;
	if (printer->root_action)
	{
		printer->entry_type =
			ask_column(printer->entry_type, desc, asked, list);
		printer->root_action =
			ask_column(printer->root_action, desc, asked, list);
	}
	ncolumns = asked[0];
	if (ncolumns == 0)
	{
		/* a SELECT list has something to add to */
		appendStringInfoString(list, "NULL");
		ncolumns = 1;
	}
	pfree(asked);
	return ncolumns;
}

/*
 * Append a JSON string.  escape_json() does the same before 18 only for a
 * string with a terminator, and byte by byte, which takes most of the time.
 */
static void
append_string(StringInfo out, const char *s, int len)
{
	const char *end = s + len;

	appendStringInfoCharMacro(out, '"');
	while (s < end)
	{
		const char *start = s;

		while (s < end && (unsigned char) *s >= ' ' && *s != '"' && *s != '\\')
			s++;
		appendBinaryStringInfo(out, start, s - start);
		if (s == end)
			break;
		switch (*s)
		{
			case '"':
			case '\\':
				appendStringInfoCharMacro(out, '\\');
				appendStringInfoCharMacro(out, *s);
				break;
			case '\b':
				appendStringInfoString(out, "\\b");
				break;
			case '\f':
				appendStringInfoString(out, "\\f");
				break;
			case '\n':
				appendStringInfoString(out, "\\n");
				break;
			case '\r':
				appendStringInfoString(out, "\\r");
				break;
			case '\t':
				appendStringInfoString(out, "\\t");
				break;
			default:
				appendStringInfo(out, "\\u%04x", *s);
		}
		s++;
	}
	appendStringInfoCharMacro(out, '"');
}

/* Append a value of a jsonb column, as a string with its text if as_text. */
static void
append_jsonb(StringInfo out, Datum value, bool as_text)
{
	Jsonb *json = DatumGetJsonbP(value);

	if (as_text)
	{
		char *s = JsonbToCString(NULL, &json->root, VARSIZE(json));

		append_string(out, s, strlen(s));
		pfree(s);
	}
	else
		JsonbToCString(out, &json->root, VARSIZE(json));
	if ((Pointer) json != DatumGetPointer(value))
		pfree(json);
}

/* Append a value of a text or json column, quoted if it is text. */
static void
append_text(StringInfo out, Datum value, bool quoted)
{
	text *s = DatumGetTextPP(value);

	if (quoted)
		append_string(out, VARDATA_ANY(s), VARSIZE_ANY_EXHDR(s));
	else
		appendBinaryStringInfo(out, VARDATA_ANY(s), VARSIZE_ANY_EXHDR(s));
	if ((Pointer) s != DatumGetPointer(value))
		pfree(s);
}

/* Append a value of a column. */
static void
append_value(StringInfo out, const EventColumn *column, Datum value,
			 bool as_text)
{
	char buf[Max(ISO8601_SIZE, MAXINT8LEN + 1)];

	switch (column->kind)
	{
		case VALUE_TEXT:
			append_text(out, value, true);
			break;
		case VALUE_JSON:
			append_text(out, value, false);
			break;
		case VALUE_JSONB:
			append_jsonb(out, value, as_text);
			break;
		case VALUE_INSTANT:
			appendStringInfoCharMacro(out, '"');
			appendBinaryStringInfo(
				out, buf, iso8601_print(DatumGetTimestampTz(value), buf));
			appendStringInfoCharMacro(out, '"');
			break;
		case VALUE_BOOLEAN:
			appendStringInfoString(out,
								   DatumGetBool(value) ? "true" : "false");
			break;
		case VALUE_INT2:
			appendBinaryStringInfo(out, buf,
								   pg_itoa(DatumGetInt16(value), buf));
			break;
		case VALUE_INT4:
			appendBinaryStringInfo(out, buf,
								   pg_ltoa(DatumGetInt32(value), buf));
			break;
		case VALUE_INT8:
			appendBinaryStringInfo(out, buf,
								   pg_lltoa(DatumGetInt64(value), buf));
			break;
		case VALUE_OTHER:
			append_text(out, FunctionCall1(column->to_json, value), false);
			break;
	}
}

/* Append the members of extra, whatever stands before them in the object. */
static void
append_extra(StringInfo out, Datum value, bool first)
{
	Jsonb *json = DatumGetJsonbP(value);

	if (!JB_ROOT_IS_OBJECT(json))
	{
		/* nothing of ours puts such a value there */
		appendStringInfo(out, "%s\"extra\":", first ? "" : ",");
		JsonbToCString(out, &json->root, VARSIZE(json));
	}
	else if (JB_ROOT_COUNT(json) > 0)
	{
		int start = out->len;

		JsonbToCString(out, &json->root, VARSIZE(json));
		out->data[--out->len] = '\0';
		if (!first)
			out->data[start] = ',';
		else
		{
			memmove(out->data + start, out->data + start + 1,
					out->len - start);
			out->len--;
		}
	}
	if ((Pointer) json != DatumGetPointer(value))
		pfree(json);
}

/* Tell how a row is formatted. */
static EntryKind
entry_kind(const EventPrinter *printer, const Datum *values, const bool *nulls)
{
	EntryKind kind = ENTRY_OBJECT;
	text	 *type;
	int		  len;

	if (!printer->formatted || !printer->root_action ||
		nulls[printer->root_action - 1])
		return ENTRY_UNFORMATTED;
	if (nulls[printer->entry_type - 1])
		return ENTRY_OBJECT;
	type = DatumGetTextPP(values[printer->entry_type - 1]);
	len = VARSIZE_ANY_EXHDR(type);
	if ((len == 5 && memcmp(VARDATA_ANY(type), "start", 5) == 0) ||
		(len == 7 && memcmp(VARDATA_ANY(type), "summary", 7) == 0))
		kind = ENTRY_START_OR_SUMMARY;
	if ((Pointer) type != DatumGetPointer(values[printer->entry_type - 1]))
		pfree(type);
	return kind;
}

/* Append the event that columns tell. */
static void
append_columns(const EventPrinter *printer, const Datum *values,
			   const bool *nulls, EntryKind entry, StringInfo out)
{
	uint64 form = 0;
	bool   first = true;

	if (printer->form && !nulls[printer->form - 1])
		form = DatumGetInt64(values[printer->form - 1]);
	appendStringInfoCharMacro(out, '{');
	for (int i = 0; i < printer->ncolumns; i++)
	{
		const EventColumn *column = &printer->columns[i];
		bool			   isnull = nulls[column->source - 1];
		int				   bits = 0;

		if (form != 0 && column->form_bit >= 0)
			bits = (form >> column->form_bit) & 3;
		if (isnull && ((bits & 1) == 0 || (column->hidden_in == entry &&
										   entry != ENTRY_UNFORMATTED)))
			continue;
		if (!first)
			appendStringInfoCharMacro(out, ',');
		first = false;
		appendBinaryStringInfo(out, column->key, column->keylen);
		if (isnull)
			appendStringInfoString(out, "null");
		else
			append_value(out, column, values[column->source - 1],
						 (bits & 2) != 0 && !column->parts);
	}
	if (printer->extra && !nulls[printer->extra - 1])
		append_extra(out, values[printer->extra - 1], first);
	appendStringInfoCharMacro(out, '}');
}

/* Append a row's event. */
void
event_print(const EventPrinter *printer, const Datum *values,
			const bool *nulls, StringInfo out)
{
	EntryKind		   entry = entry_kind(printer, values, nulls);
	const char *const *hidden = NULL;

	if (printer->raw && !nulls[printer->raw - 1])
	{
		Datum value = values[printer->raw - 1];
		text *raw = DatumGetTextPP(value);

		if (entry == ENTRY_START_OR_SUMMARY)
			hidden = hidden_in_ends;
		else if (entry == ENTRY_OBJECT)
			hidden = hidden_in_entries;
		fields_cut(VARDATA_ANY(raw), VARSIZE_ANY_EXHDR(raw), printer->fields,
				   hidden, out);
		if ((Pointer) raw != DatumGetPointer(value))
			pfree(raw);
	}
	else if (printer->cut)
	{
		StringInfoData all;

		initStringInfo(&all);
		append_columns(printer, values, nulls, entry, &all);
		fields_cut(all.data, all.len, printer->fields, NULL, out);
		pfree(all.data);
	}
	else
		append_columns(printer, values, nulls, entry, out);
}

/* What event() keeps from call to call. */
typedef struct EventCache
{
	MemoryContext context; /* of all this */
	Oid			  type;
	int32		  typmod;
	uint64		  identifier; /* of the row type's present form */
	TupleDesc	  desc;
	EventPrinter *printer;
	Datum		 *values;
	bool		 *nulls;
} EventCache;

/* Give what is kept for a row type; every call may bring another. */
static EventCache *
event_cache(FmgrInfo *flinfo, Oid type, int32 typmod)
{
	EventCache	 *cache = flinfo->fn_extra;
	uint64		  identifier = assign_record_type_identifier(type, typmod);
	MemoryContext context;
	MemoryContext old;

	if (cache && cache->type == type && cache->typmod == typmod &&
		cache->identifier == identifier)
		return cache;
	flinfo->fn_extra = NULL;
	if (cache)
		MemoryContextDelete(cache->context);

	context = AllocSetContextCreate(flinfo->fn_mcxt, "synclog event",
									ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(context);
	cache = palloc(sizeof(EventCache));
	cache->context = context;
	cache->type = type;
	cache->typmod = typmod;
	cache->identifier = identifier;
	cache->desc = lookup_rowtype_tupdesc_copy(type, typmod);
	cache->printer = event_printer(cache->desc, NULL, true);
	cache->values = palloc(cache->desc->natts * sizeof(Datum));
	cache->nulls = palloc(cache->desc->natts * sizeof(bool));
	MemoryContextSwitchTo(old);
	flinfo->fn_extra = cache;
	return cache;
}

PG_FUNCTION_INFO_V1(event_record);

/* event(record, formatted boolean) -> json */
Datum
event_record(PG_FUNCTION_ARGS)
{
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(0);
	HeapTupleData	tuple;
	EventCache	   *cache;
	StringInfoData	out;

	cache = event_cache(fcinfo->flinfo, HeapTupleHeaderGetTypeId(row),
						HeapTupleHeaderGetTypMod(row));
	cache->printer->formatted = PG_GETARG_BOOL(1);

	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = row;
	heap_deform_tuple(&tuple, cache->desc, cache->values, cache->nulls);

	initStringInfo(&out);
	appendStringInfoSpaces(&out, VARHDRSZ);
	event_print(cache->printer, cache->values, cache->nulls, &out);
	SET_VARSIZE(out.data, out.len);
	PG_RETURN_POINTER(out.data);
}
