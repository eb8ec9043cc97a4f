/*
 * json_tree.c
 *		Values that json-c has read, as values of PostgreSQL: numbers, plain
 *		texts, jsonb.  It owns no tree and knows neither events nor rows.
 */
#include "postgres.h"

#include <json-c/json.h>

#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/numeric.h"

#include "json_tree.h"

/* Count the names in all objects of a tree. */
int64
json_tree_members(json_object *tree)
{
	int64 n = 0;

	if (json_object_is_type(tree, json_type_object))
	{
		json_object_object_foreach(tree, name, value)
		{
			(void) name;
			n += 1 + json_tree_members(value);
		}
	}
	else if (json_object_is_type(tree, json_type_array))
	{
		for (size_t i = 0; i < json_object_array_length(tree); i++)
			n += json_tree_members(json_object_array_get_idx(tree, i));
	}
	return n;
}

/* Give the text of a number as it came. */
static const char *
number_text(json_object *number, int *len)
{
	const char *s =
		json_object_to_json_string_ext(number, JSON_C_TO_STRING_PLAIN);

	*len = strlen(s);

	/* the exponent of event_text_for_parser */
	if (*len > 2 && strcmp(s + *len - 2, "e0") == 0)
		*len -= 2;
	return s;
}

/* Make a numeric of a JSON number, or fail if it is none for numeric. */
static bool
make_numeric(json_object *number, Numeric *result)
{
	const char *s;
	const char *exponent;

	if (json_object_is_type(number, json_type_int))
	{
		*result = int64_to_numeric(json_object_get_int64(number));
		return true;
	}
	s = json_object_to_json_string_ext(number, JSON_C_TO_STRING_PLAIN);
	exponent = strpbrk(s, "eE");
	if (strlen(s) > 1000 || (exponent && abs(atoi(exponent + 1)) > 1000))
		return false;
	*result = DatumGetNumeric(
		OidFunctionCall3(F_NUMERIC_IN, CStringGetDatum(s),
						 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
	return true;
}

/* Tell whether jsonb can hold all numbers of a tree. */
bool
json_tree_fits_jsonb(json_object *tree)
{
	Numeric numeric;

	switch (json_object_get_type(tree))
	{
		case json_type_double:
			return make_numeric(tree, &numeric);
		case json_type_object:
		{
			json_object_object_foreach(tree, name, value)
			{
				(void) name;
				if (!json_tree_fits_jsonb(value))
					return false;
			}
			return true;
		}
		case json_type_array:
			for (size_t i = 0; i < json_object_array_length(tree); i++)
			{
				if (!json_tree_fits_jsonb(json_object_array_get_idx(tree, i)))
					return false;
			}
			return true;
		default:
			return true;
	}
}

/* Add a value to the jsonb that is being built. */
JsonbValue *
json_tree_push(JsonbParseState **state, JsonbIteratorToken token,
			   json_object *tree, JsonbValue *scalar)
{
	JsonbValue name;

	check_stack_depth();
	switch (json_object_get_type(tree))
	{
		case json_type_object:
			pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
			{
				json_object_object_foreach(tree, key, value)
				{
					name.type = jbvString;
					name.val.string.val = key;
					name.val.string.len = strlen(key);
					pushJsonbValue(state, WJB_KEY, &name);
					json_tree_push(state, WJB_VALUE, value, scalar);
				}
			}
			return pushJsonbValue(state, WJB_END_OBJECT, NULL);
		case json_type_array:
			pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
			for (size_t i = 0; i < json_object_array_length(tree); i++)
				json_tree_push(state, WJB_ELEM,
							   json_object_array_get_idx(tree, i), scalar);
			return pushJsonbValue(state, WJB_END_ARRAY, NULL);
		case json_type_string:
			scalar->type = jbvString;
			scalar->val.string.len = json_object_get_string_len(tree);
			scalar->val.string.val = (char *) json_object_get_string(tree);
			break;
		case json_type_int:
		case json_type_double:
			scalar->type = jbvNumeric;
			(void) make_numeric(tree, &scalar->val.numeric);
			break;
		case json_type_boolean:
			scalar->type = jbvBool;
			scalar->val.boolean = json_object_get_boolean(tree);
			break;
		case json_type_null:
			scalar->type = jbvNull;
			break;
	}
	if (*state)
		pushJsonbValue(state, token, scalar);
	return scalar;
}

/* Make a jsonb of a tree. */
Jsonb *
json_tree_jsonb(json_object *tree)
{
	JsonbParseState *state = NULL;
	JsonbValue		 scalar;

	return JsonbValueToJsonb(json_tree_push(&state, WJB_VALUE, tree, &scalar));
}

/*
 * Give the plain text of a value, and whether it is one: a string, a number, a
 * boolean, or a list of one such.
 */
bool
json_tree_plain(json_object *tree, const char **s, int *len)
{
	if (json_object_is_type(tree, json_type_array) &&
		json_object_array_length(tree) == 1)
		tree = json_object_array_get_idx(tree, 0);
	switch (json_object_get_type(tree))
	{
		case json_type_string:
			*s = json_object_get_string(tree);
			*len = json_object_get_string_len(tree);
			return true;
		case json_type_int:
		case json_type_double:
			*s = number_text(tree, len);
			return true;
		case json_type_boolean:
			*s = json_object_get_boolean(tree) ? "true" : "false";
			*len = strlen(*s);
			return true;
		default:
			return false;
	}
}
