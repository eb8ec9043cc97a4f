/*
 * json_value.c
 *		Values of columns as JSON, as PostgreSQL's to_json() writes them but
 *		for instants, which come out as events have them whatever the client's
 *		time zone.  It knows nothing of rows and events.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "iso8601.h"
#include "json_value.h"

/* Find out how a type's values become JSON. */
JsonValueKind
json_value_kind(Oid type)
{
	switch (getBaseType(type))
	{
		case TEXTOID:
		case VARCHAROID:
			return JSON_VALUE_TEXT;
		case TIMESTAMPTZOID:
			return JSON_VALUE_INSTANT;
		case BOOLOID:
			return JSON_VALUE_BOOLEAN;
		case INT2OID:
			return JSON_VALUE_INT2;
		case INT4OID:
			return JSON_VALUE_INT4;
		case INT8OID:
			return JSON_VALUE_INT8;
		case JSONBOID:
			return JSON_VALUE_JSONB;
		case JSONOID:
			return JSON_VALUE_JSON;
		default:
			return JSON_VALUE_OTHER;
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

/* Find out how a column's values become JSON, once for all of them. */
void
json_value_init(JsonValue *json, Form_pg_attribute att)
{
	json->kind = json_value_kind(att->atttypid);
	json->to_json = NULL;
	if (json->kind == JSON_VALUE_OTHER)
		json->to_json = to_json_of_type(att);
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

/*
 * Append a value of a text or json column, quoted if it is text.  JSON stays
 * as it is, but on one line: line breaks stand between its tokens alone.
 */
static void
append_text(StringInfo out, Datum value, bool quoted)
{
	text *s = DatumGetTextPP(value);
	int	  start = out->len;

	if (quoted)
		append_string(out, VARDATA_ANY(s), VARSIZE_ANY_EXHDR(s));
	else
	{
		appendBinaryStringInfo(out, VARDATA_ANY(s), VARSIZE_ANY_EXHDR(s));
		for (int i = start; i < out->len; i++)
		{
			if (out->data[i] == '\n' || out->data[i] == '\r')
				out->data[i] = ' ';
		}
	}
	if ((Pointer) s != DatumGetPointer(value))
		pfree(s);
}

/* Append a value of a column. */
void
json_value_append(StringInfo out, const JsonValue *json, Datum value,
				  bool as_text)
{
	char buf[Max(ISO8601_SIZE, MAXINT8LEN + 1)];

	switch (json->kind)
	{
		case JSON_VALUE_TEXT:
			append_text(out, value, true);
			break;
		case JSON_VALUE_JSON:
			append_text(out, value, false);
			break;
		case JSON_VALUE_JSONB:
			append_jsonb(out, value, as_text);
			break;
		case JSON_VALUE_INSTANT:
			appendStringInfoCharMacro(out, '"');
			appendBinaryStringInfo(
				out, buf, iso8601_print(DatumGetTimestampTz(value), buf));
			appendStringInfoCharMacro(out, '"');
			break;
		case JSON_VALUE_BOOLEAN:
			appendStringInfoString(out,
								   DatumGetBool(value) ? "true" : "false");
			break;
		case JSON_VALUE_INT2:
			appendBinaryStringInfo(out, buf,
								   pg_itoa(DatumGetInt16(value), buf));
			break;
		case JSON_VALUE_INT4:
			appendBinaryStringInfo(out, buf,
								   pg_ltoa(DatumGetInt32(value), buf));
			break;
		case JSON_VALUE_INT8:
			appendBinaryStringInfo(out, buf,
								   pg_lltoa(DatumGetInt64(value), buf));
			break;
		case JSON_VALUE_OTHER:
			append_text(out, FunctionCall1(json->to_json, value), false);
			break;
	}
}
