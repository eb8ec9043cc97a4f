/*
 * url_fuzz.c
 *		Puts the parser of URLs to the test without a server.  It says what
 *		must hold of every text, and knows nothing of what requests mean.
 */
#include "postgres_fe.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "fuzz.h"
#include "url.h"

/* what was put to the test, to be told at the end */
static long texts;
static long urls;
static long segments;
static long parameters;

/* Print a part with all of it escaped that is no letter or digit. */
static void
print_part(const char *part, StringInfo out)
{
	for (; *part; part++)
	{
		if (isalnum((unsigned char) *part))
			appendStringInfoChar(out, *part);
		else
			appendStringInfo(out, "%%%02X", (unsigned char) *part);
	}
}

/* Test that a part is what a server would take as text. */
static void
check_part(const char *part, const char *text, int len)
{
	check(is_utf8(part, strlen(part)), "a part is not UTF-8", text, len);
}

/* Test that a URL that is made of the parts has the same parts. */
static void
check_round_trip(const Url *url, const char *text, int len)
{
	StringInfoData printed;
	UrlError	   error;
	Url			  *again;

	initStringInfo(&printed);
	for (int i = 0; i < url->nsegments; i++)
	{
		check_part(url->segments[i], text, len);
		appendStringInfoChar(&printed, '/');
		print_part(url->segments[i], &printed);
	}
	/* one more slash at the end is ignored, a last segment may be empty */
	appendStringInfoString(&printed, "/?");
	for (int i = 0; i < url->nparameters; i++)
	{
		check_part(url->parameters[i].name, text, len);
		check_part(url->parameters[i].value, text, len);
		print_part(url->parameters[i].name, &printed);
		appendStringInfoChar(&printed, '=');
		print_part(url->parameters[i].value, &printed);
		appendStringInfoChar(&printed, '&');
	}

	again = url_parse(printed.data, printed.len, &error);
	check(again != NULL, "printed as what cannot be read", text, len);
	check(again->nsegments == url->nsegments &&
			  again->nparameters == url->nparameters,
		  "printed as another number of parts", text, len);
	for (int i = 0; i < url->nsegments; i++)
		check(strcmp(again->segments[i], url->segments[i]) == 0,
			  "printed as another path", text, len);
	for (int i = 0; i < url->nparameters; i++)
		check(
			strcmp(again->parameters[i].name, url->parameters[i].name) == 0 &&
				strcmp(again->parameters[i].value, url->parameters[i].value) ==
					0,
			"printed as other parameters", text, len);
}

/* Test what the parser says of a text that it refuses. */
static void
check_error(const UrlError *error, const char *text, int len)
{
	check(error->offset >= 0 && error->offset < len,
		  "the error is outside of the text", text, len);
	check((text[error->offset] & 0xC0) != 0x80,
		  "the error is within a character", text, len);
	check(error->detail && *error->detail, "no reason is given", text, len);
}

/* Test a text: what libFuzzer calls. */
int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	/* the start that a server takes as text, without a byte behind it */
	int		 len = pg_encoding_verifymbstr(PG_UTF8, (const char *) data,
										   Min(size, FUZZ_MAX_SIZE));
	char	*text = palloc(len);
	UrlError error;
	Url		*url;

	memcpy(text, data, len);
	texts++;
	url = url_parse(text, len, &error);
	if (url)
	{
		urls++;
		segments += url->nsegments;
		parameters += url->nparameters;
		check_round_trip(url, text, len);
	}
	else
		check_error(&error, text, len);
	reset_memory();
	return 0;
}

/* Tell what was put to the test. */
void
fuzz_tell(void)
{
	printf("%ld texts: %ld urls, %ld segments, %ld parameters\n", texts, urls,
		   segments, parameters);
}
