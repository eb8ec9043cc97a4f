/*
 * json_value.h
 *		Values of columns as JSON.
 */
#ifndef SYNCLOG_JSON_VALUE_H
#define SYNCLOG_JSON_VALUE_H

#include "access/tupdesc.h"
#include "fmgr.h"
#include "lib/stringinfo.h"

typedef enum JsonValueKind
{
	JSON_VALUE_TEXT,
	JSON_VALUE_INSTANT,
	JSON_VALUE_BOOLEAN,
	JSON_VALUE_INT2,
	JSON_VALUE_INT4,
	JSON_VALUE_INT8,
	JSON_VALUE_JSONB,
	JSON_VALUE_JSON,
	JSON_VALUE_OTHER /* by PostgreSQL's to_json */
} JsonValueKind;

/* How a column's values become JSON. */
typedef struct JsonValue
{
	JsonValueKind kind;
	FmgrInfo	 *to_json; /* if JSON_VALUE_OTHER */
} JsonValue;

extern JsonValueKind json_value_kind(Oid type);
extern void			 json_value_init(JsonValue *json, Form_pg_attribute att);
extern void			 json_value_append(StringInfo out, const JsonValue *json,
									   Datum value, bool as_text);

#endif /* SYNCLOG_JSON_VALUE_H */
