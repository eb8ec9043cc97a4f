/*
 * response.c
 *		An answer that is built as one value: what is appended to it, up to the
 *		limit that synclog.max_response sets.  It knows neither requests nor
 *		what is in an answer.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/memutils.h"

#include "compat.h"
#include "response.h"

#define ROWS_FETCHED 100

int max_response = MAX_RESPONSE_KB;

/* Append to an answer that is built as one value. */
void
response_append(StringInfo out, const char *data, int len)
{
	if ((int64) out->len + len > (int64) max_response * 1024)
		ereport(
			ERROR,
			(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
			 errmsg("answer is too large"),
			 errdetail("An answer in one value can have up to %d kB.",
					   max_response),
			 errhint("Ask for pages, by page_size or the request's parameter "
					 "for their size, or for fewer fields; synclog.query() "
					 "and other functions of rows give them one by one, and "
					 "synclog.max_response sets the limit.")));
	appendBinaryStringInfo(out, data, len);
}

/*
 * Append the rows of a query with one column of text or json, as they are or
 * as another function appends them, with something between them, but for those
 * that are NULL.  Gives how many they are.
 */
uint64
response_append_rows(const char *sql, int nargs, Oid *types, Datum *values,
					 const char *nulls, AppendRow append, const void *arg,
					 const char *separator, StringInfo out)
{
	MemoryContext batch = AllocSetContextCreate(
		CurrentMemoryContext, "synclog answer", ALLOCSET_DEFAULT_SIZES);
	uint64 n = 0;
	Portal portal;

	SPI_connect();
	portal = SPI_cursor_open_with_args(NULL, sql, nargs, types, values, nulls,
									   true, 0);
	do
	{
		MemoryContext old;

		SPI_cursor_fetch(portal, true, ROWS_FETCHED);
		old = MemoryContextSwitchTo(batch);
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			bool  isnull;
			Datum value = SPI_getbinval(SPI_tuptable->vals[i],
										SPI_tuptable->tupdesc, 1, &isnull);
			text *row;

			if (isnull)
				continue;
			row = DatumGetTextPP(value);
			if (n++ > 0)
				response_append(out, separator, strlen(separator));
			if (append)
				append(out, row, arg);
			else
				response_append(out, VARDATA_ANY(row), VARSIZE_ANY_EXHDR(row));
		}
		MemoryContextSwitchTo(old);
		MemoryContextReset(batch);
		SPI_freetuptable(SPI_tuptable);
	} while (SPI_processed > 0);
	SPI_cursor_close(portal);
	SPI_finish();
	MemoryContextDelete(batch);
	return n;
}
