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
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include "compat.h"
#include "event_out.h"

/* form has two bits for each of this many columns */
#define FORM_COLUMNS 32

/* members that a formatted event leaves out where they are null */
static const char *const hidden_in_ends[] = {
	"actionId",	 "action",		   "ambiguousTargetObjectIds", "reconciling",
	"situation", "sourceObjectId", "targetObjectId",		   NULL};
static const char *const hidden_in_entries[] = {"mapping", NULL};

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
init_column(PrintedColumn *column, Form_pg_attribute att, const char *member)
{
	StringInfoData key;

	initStringInfo(&key);
	escape_json(&key, member);
	appendStringInfoChar(&key, ':');
	column->key = key.data;
	column->keylen = key.len;
	column->member = member;
	column->source = att->attnum;
	json_value_init(&column->value, att);
	column->hidden_in = hiding_entries(member);
}

/*
 * Make a printer for rows of a type, which prints these fields (NULL: all).
 * It lives in the current memory context.
 */
EventPrinter *
event_printer(TupleDesc desc, FieldTree *fields, bool formatted)
{
	EventPrinter *printer = palloc0(offsetof(EventPrinter, columns) +
									desc->natts * sizeof(PrintedColumn));
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
		json_value_kind(
			TupleDescAttr(desc, printer->entry_type - 1)->atttypid) !=
			JSON_VALUE_TEXT)
		printer->root_action = InvalidAttrNumber;

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		PrintedColumn	 *column = &printer->columns[printer->ncolumns];
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
			wanted->json = column->value.kind == JSON_VALUE_JSONB;
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
		PrintedColumn *column = &printer->columns[i];

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
	uint64 form = event_printer_form(printer, values, nulls);
	bool   first = true;

	appendStringInfoCharMacro(out, '{');
	for (int i = 0; i < printer->ncolumns; i++)
	{
		const PrintedColumn *column = &printer->columns[i];
		bool				 isnull = nulls[column->source - 1];
		int					 bits = 0;

		if (column->form_bit >= 0)
			bits = (form >> column->form_bit) & 3;
		if (isnull &&
			((bits & FORM_NULL) == 0 ||
			 (column->hidden_in == entry && entry != ENTRY_UNFORMATTED)))
			continue;
		if (!first)
			appendStringInfoCharMacro(out, ',');
		first = false;
		appendBinaryStringInfo(out, column->key, column->keylen);
		if (isnull)
			appendStringInfoString(out, "null");
		else
			json_value_append(out, &column->value, values[column->source - 1],
							  (bits & FORM_TEXT) != 0 && !column->parts);
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
