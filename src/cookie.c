/*
 * cookie.c
 *		Cookies: the keys of the last event of a page as one word that a URL
 *		can hold as it is, with a checksum.  A cookie can be forged; all that
 *		it holds is values for the types' input functions.  It knows nothing
 *		of pages and how they are read.
 *
 *		In base64url without padding: the checksum, which query it is of, and
 *		for each key the length of its text, -1 for a missing value, and the
 *		text, under pinned settings; integers in network order.
 */
#include "postgres.h"

#include "common/base64.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "port/pg_crc32c.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "cookie.h"
#include "settings.h"

/* the checksum and the query */
#define HEADER_BYTES (sizeof(uint32) + sizeof(uint64))

/* Compute the checksum of what follows it. */
static uint32
checksum(StringInfo bytes)
{
	pg_crc32c crc;

	INIT_CRC32C(crc);
	COMP_CRC32C(crc, bytes->data + sizeof(uint32),
				bytes->len - sizeof(uint32));
	FIN_CRC32C(crc);
	return crc;
}

/* Make the cookie of an event of a query, from the values of its keys. */
char *
cookie_make(uint64 query, List *keys, const Datum *values, const bool *isnull)
{
	int			   nestlevel = settings_pin();
	StringInfoData bytes;
	char		  *word;
	uint32		   crc;
	int			   size;
	int			   len;

	initStringInfo(&bytes);
	pq_sendint32(&bytes, 0);
	pq_sendint64(&bytes, query);
	for (int i = 0; i < list_length(keys); i++)
	{
		Oid	  output;
		bool  isvarlena;
		char *text;

		if (isnull[i])
		{
			pq_sendint32(&bytes, (uint32) -1);
			continue;
		}
		getTypeOutputInfo(((OrderKey *) list_nth(keys, i))->type, &output,
						  &isvarlena);
		text = OidOutputFunctionCall(output, values[i]);
		pq_sendint32(&bytes, strlen(text));
		appendStringInfoString(&bytes, text);
	}
	settings_unpin(nestlevel);
	crc = pg_hton32(checksum(&bytes));
	memcpy(bytes.data, &crc, sizeof(crc));

	size = pg_b64_enc_len(bytes.len) + 1;
	word = palloc(size);
	len = pg_b64_encode((void *) bytes.data, bytes.len, word, size);
	Assert(len >= 0);
	while (len > 0 && word[len - 1] == '=')
		len--;
	word[len] = '\0';
	for (int i = 0; i < len; i++)
	{
		if (word[i] == '+')
			word[i] = '-';
		else if (word[i] == '/')
			word[i] = '_';
	}
	return word;
}

/* Refuse a cookie. */
pg_noreturn static void
invalid_cookie(const char *detail)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("invalid cookie"), errdetail_internal("%s", detail),
					errhint("Ask for the first page, without a cookie.")));
}

/* Refuse a cookie that is none of ours. */
pg_noreturn static void
damaged_cookie(void)
{
	invalid_cookie("It is damaged, or none of synclog's.");
}

/* Give the bytes of a cookie; one whose checksum is wrong is an error. */
static StringInfo
cookie_bytes(const char *cookie)
{
	StringInfo word = makeStringInfo();
	StringInfo bytes = makeStringInfo();
	int		   len = strlen(cookie);
	uint32	   crc;

	if (strspn(cookie, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					   "0123456789-_") != len)
		damaged_cookie();
	appendStringInfoString(word, cookie);
	for (int i = 0; i < len; i++)
	{
		if (word->data[i] == '-')
			word->data[i] = '+';
		else if (word->data[i] == '_')
			word->data[i] = '/';
	}
	while (word->len % 4 != 0)
		appendStringInfoChar(word, '=');
	enlargeStringInfo(bytes, pg_b64_dec_len(word->len));
	bytes->len = pg_b64_decode(word->data, word->len, (void *) bytes->data,
							   pg_b64_dec_len(word->len));
	if (bytes->len < (int) HEADER_BYTES)
		damaged_cookie();
	memcpy(&crc, bytes->data, sizeof(crc));
	if (pg_ntoh32(crc) != checksum(bytes))
		damaged_cookie();
	bytes->cursor = sizeof(crc);
	return bytes;
}

/* Read the values of the keys that a cookie of a query holds. */
void
cookie_read(const char *cookie, uint64 query, List *keys, Datum *values,
			bool *isnull)
{
	StringInfo bytes = cookie_bytes(cookie);
	int		   nestlevel = settings_pin();

	if (pq_getmsgint64(bytes) != query)
		invalid_cookie("It belongs to another query: to another topic, "
					   "filter, ignore_case or order.");
	for (int i = 0; i < list_length(keys); i++)
	{
		OrderKey *key = list_nth(keys, i);
		Oid		  input;
		Oid		  ioparam;
		char	 *text;
		int32	  len;

		/* a wrong length can only be forged */
		if (bytes->len - bytes->cursor < (int) sizeof(len))
			damaged_cookie();
		len = pq_getmsgint(bytes, sizeof(len));
		isnull[i] = len == -1;
		if (len < (key->not_null ? 0 : -1) || len > bytes->len - bytes->cursor)
			damaged_cookie();
		if (isnull[i])
			continue;
		text = pnstrdup(pq_getmsgbytes(bytes, len), len);
		if (!pg_verifymbstr(text, len, true))
			damaged_cookie();
		getTypeInputInfo(key->type, &input, &ioparam);
		values[i] = OidInputFunctionCall(input, text, ioparam, -1);
	}
	if (bytes->cursor != bytes->len)
		damaged_cookie();
	settings_unpin(nestlevel);
}
