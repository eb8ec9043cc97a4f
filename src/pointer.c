/*
 * pointer.c
 *		pointer() and pointer_tokens(): a field as filters write it, and the
 *		names that it goes through.  It asks the filter's own reader and
 *		printer, and knows neither rows nor filters.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "fields.h"
#include "filter.h"

PG_FUNCTION_INFO_V1(pointer);

/* pointer(tokens) -> text */
Datum
pointer(PG_FUNCTION_ARGS)
{
	Datum		  *elements;
	bool		  *nulls;
	int			   n;
	char		 **tokens;
	StringInfoData buf;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false,
					  TYPALIGN_INT, &elements, &nulls, &n);
	tokens = palloc(n * sizeof(char *));
	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
							errmsg("a field has no name that is null")));
		tokens[i] = TextDatumGetCString(elements[i]);
	}
	initStringInfo(&buf);
	filter_print_pointer(tokens, n, false, &buf);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(buf.data, buf.len));
}

PG_FUNCTION_INFO_V1(pointer_tokens);

/* pointer_tokens(pointer) -> text[] */
Datum
pointer_tokens(PG_FUNCTION_ARGS)
{
	char	   *field = text_to_cstring(PG_GETARG_TEXT_PP(0));
	FilterError error;
	FilterNode *node = filter_parse_pointer(field, strlen(field), &error);
	Datum	   *tokens;

	if (node == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid field"),
				 errdetail("%s, at byte %d of \"%s\".", error.detail,
						   error.offset + 1, fields_shown(field)),
				 error.hint ? errhint("%s", error.hint)
							: errhint("Write it as mail or /address/city.")));
	tokens = palloc(node->ntokens * sizeof(Datum));
	for (int i = 0; i < node->ntokens; i++)
		tokens[i] = CStringGetTextDatum(node->tokens[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(tokens, node->ntokens, TEXTOID, -1,
										  false, TYPALIGN_INT));
}
