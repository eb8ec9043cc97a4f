/*
 * filter_fuzz.c
 *		Puts the filter parser and printer to the test without a server.  It
 *		says what must hold of every text, and knows nothing of what filters
 *		mean.
 */
#include "postgres_fe.h"

#include "mb/pg_wchar.h"

#include "filter.h"
#include "fuzz.h"

/* what was put to the test, to be told at the end */
static long texts;
static long filters;
static long templates;
static long pointers;
static long combinations;

/* Test what the parser says of a text that it refuses. */
static void
check_error(const FilterError *error, const char *text, int len)
{
	check(error->offset >= 0 && error->offset <= len,
		  "the error is outside of the text", text, len);
	check(error->offset == len || (text[error->offset] & 0xC0) != 0x80,
		  "the error is within a character", text, len);
	check(error->detail && *error->detail, "no reason is given", text, len);
	check(is_utf8(error->detail, strlen(error->detail)),
		  "the reason is not UTF-8", text, len);
	check(error->hint == NULL || is_utf8(error->hint, strlen(error->hint)),
		  "the hint is not UTF-8", text, len);
}

/* Test whether two strings, or their absence, are the same. */
static bool
same_string(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Test whether two trees are the same but for the offsets. */
static bool
same_tree(const FilterNode *a, const FilterNode *b)
{
	const FilterNode *n = a->first;
	const FilterNode *m = b->first;

	if (a->kind != b->kind || a->ntokens != b->ntokens || a->op != b->op ||
		a->valuekind != b->valuekind || !same_string(a->opname, b->opname) ||
		!same_string(a->value, b->value))
		return false;
	for (int i = 0; i < a->ntokens; i++)
	{
		if (strcmp(a->tokens[i], b->tokens[i]) != 0)
			return false;
	}
	for (; n && m; n = n->next, m = m->next)
	{
		if (!same_tree(n, m))
			return false;
	}
	return n == NULL && m == NULL;
}

/* Test that nodes start within the text. */
static void
check_offsets(const FilterNode *node, const char *text, int len)
{
	check(node->offset >= 0 && node->offset < len,
		  "a node is outside of the text", text, len);
	for (const FilterNode *n = node->first; n; n = n->next)
		check_offsets(n, text, len);
}

/* Test that a tree's text is read as the same tree, with the same text. */
static void
check_round_trip(const FilterNode *node, const char *text, int len)
{
	FilterNode	  *again;
	FilterError	   error;
	StringInfoData first;
	StringInfoData second;
	char		  *exact;

	initStringInfo(&first);
	filter_print(node, &first);
	check(is_utf8(first.data, first.len), "printed as other than UTF-8", text,
		  len);
	/* without the final zero and the room behind, overruns are seen */
	exact = palloc(first.len);
	memcpy(exact, first.data, first.len);
	again = filter_parse(exact, first.len, &error);
	check(again != NULL, "printed as what cannot be read", text, len);
	check(same_tree(node, again), "printed as another filter", text, len);
	check(filter_fits(again), "printed as what does not fit", text, len);
	initStringInfo(&second);
	filter_print(again, &second);
	check(strcmp(first.data, second.data) == 0, "printed in two ways", text,
		  len);
}

/* Test a text that was read as a filter. */
static void
check_filter(FilterNode *node, const char *text, int len)
{
	FilterError error;
	FilterNode *operands[3];
	FilterNode *combined;

	filters++;
	check(filter_fits(node), "does not fit", text, len);
	check_offsets(node, text, len);
	check_round_trip(node, text, len);

	/* of a combination its own operands become part, so read them anew */
	for (FilterKind kind = FILTER_AND; kind <= FILTER_NOT; kind++)
	{
		int noperands = kind == FILTER_NOT ? 1 : lengthof(operands);

		for (int i = 0; i < noperands; i++)
			operands[i] = filter_parse(text, len, &error);
		combined = filter_combine(kind, operands, noperands);
		if (filter_fits(combined))
		{
			combinations++;
			check_round_trip(combined, text, len);
		}
	}
}

/* Test a text: what libFuzzer calls. */
int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	/* the start that a server takes as text, without a byte behind it */
	int			len = pg_encoding_verifymbstr(PG_UTF8, (const char *) data,
											  Min(size, FILTER_MAX_SIZE));
	char	   *text = palloc(len);
	FilterNode *node;
	FilterError error;

	memcpy(text, data, len);
	texts++;
	node = filter_parse(text, len, &error);
	if (node)
		check_filter(node, text, len);
	else
		check_error(&error, text, len);

	node = filter_parse_template(text, len, &error);
	if (node)
	{
		templates++;
		check_offsets(node, text, len);
	}
	else
		check_error(&error, text, len);

	node = filter_parse_pointer(text, len, &error);
	if (node)
	{
		pointers++;
		check_round_trip(node, text, len);
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
	printf("%ld texts: %ld filters (%ld combinations), %ld templates, "
		   "%ld fields\n",
		   texts, filters, combinations, templates, pointers);
}
