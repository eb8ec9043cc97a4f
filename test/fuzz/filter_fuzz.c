/*
 * filter_fuzz.c
 *		Puts the filter parser and printer to the test without a server: as a
 *		target of libFuzzer, or with REPLAY defined as a program that runs over
 *		the files given.  It says what must hold of every text, and knows
 *		nothing of what filters mean.
 *
 * Memory comes from malloc() chunk by chunk, so that AddressSanitizer sees
 * every overrun, and is taken back after each text, as the server does.
 */
#include "postgres_fe.h"

#if defined(__has_include)
#if __has_include(<sanitizer/asan_interface.h>)
#include <sanitizer/asan_interface.h>
#endif
#endif
#ifndef ASAN_POISON_MEMORY_REGION
#define ASAN_POISON_MEMORY_REGION(start, size) ((void) 0)
#define ASAN_UNPOISON_MEMORY_REGION(start, size) ((void) 0)
#endif

#include "mb/pg_wchar.h"

#include "filter.h"

/* stands before every piece of memory, out of bounds for all but its owner */
typedef struct Chunk
{
	struct Chunk *next;
	struct Chunk *previous;
} Chunk;

static Chunk chunks = {&chunks, &chunks};

/* what was put to the test, to be told at the end */
static long texts;
static long filters;
static long pointers;
static long combinations;

extern const char *__asan_default_options(void);
extern int		   LLVMFuzzerInitialize(int *argc, char ***argv);
extern int		   LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

/* Give a chunk a place among the others, and its owner what follows it. */
static void *
link_chunk(Chunk *chunk)
{
	if (chunk == NULL)
	{
		fprintf(stderr, "out of memory\n");
		exit(EXIT_FAILURE);
	}
	/* the neighbours are poisoned too */
	ASAN_UNPOISON_MEMORY_REGION(chunks.next, sizeof(Chunk));
	chunk->previous = &chunks;
	chunk->next = chunks.next;
	chunks.next->previous = chunk;
	if (chunk->next != &chunks)
		ASAN_POISON_MEMORY_REGION(chunk->next, sizeof(Chunk));
	chunks.next = chunk;
	ASAN_POISON_MEMORY_REGION(chunk, sizeof(Chunk));
	return chunk + 1;
}

/* Take a piece of memory's chunk out from among the others. */
static Chunk *
unlink_chunk(void *pointer)
{
	Chunk *chunk = (Chunk *) pointer - 1;
	Chunk *next;
	Chunk *previous;

	ASAN_UNPOISON_MEMORY_REGION(chunk, sizeof(Chunk));
	next = chunk->next;
	previous = chunk->previous;
	ASAN_UNPOISON_MEMORY_REGION(next, sizeof(Chunk));
	next->previous = previous;
	if (next != &chunks)
		ASAN_POISON_MEMORY_REGION(next, sizeof(Chunk));
	ASAN_UNPOISON_MEMORY_REGION(previous, sizeof(Chunk));
	previous->next = next;
	if (previous != &chunks)
		ASAN_POISON_MEMORY_REGION(previous, sizeof(Chunk));
	return chunk;
}

/* Free all memory. */
static void
reset_memory(void)
{
	while (chunks.next != &chunks)
		pfree(chunks.next + 1);
}

/*
 * The functions of libpgcommon's fe_memutils.c that anything here uses: as
 * none of them is missing, the linker leaves that file out.
 */
void *
palloc(Size size)
{
	return link_chunk(malloc(sizeof(Chunk) + size));
}

void *
palloc0(Size size)
{
	return link_chunk(calloc(1, sizeof(Chunk) + size));
}

void *
repalloc(void *pointer, Size size)
{
	return link_chunk(realloc(unlink_chunk(pointer), sizeof(Chunk) + size));
}

void
pfree(void *pointer)
{
	free(unlink_chunk(pointer));
}

char *
pnstrdup(const char *in, Size size)
{
	size_t len = strnlen(in, size);
	char  *copy = palloc(len + 1);

	memcpy(copy, in, len);
	copy[len] = '\0';
	return copy;
}

char *
pstrdup(const char *in)
{
	return pnstrdup(in, strlen(in));
}

/* End with a message if something does not hold. */
static void
check(bool holds, const char *what, const char *text, int len)
{
	if (holds)
		return;
	fprintf(stderr, "%s: %.*s\n", what, len, text);
	abort();
}

/* Test that text is what a server would take as text. */
static bool
is_utf8(const char *text, int len)
{
	return pg_encoding_verifymbstr(PG_UTF8, text, len) == len;
}

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
static void
tell(void)
{
	printf("%ld texts: %ld filters (%ld combinations), %ld fields\n", texts,
		   filters, combinations, pointers);
}

/*
 * Set AddressSanitizer's options, as its environment variable would, if there
 * is a /proc to read it from.  All memory is given back here anyway.
 */
const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}

/* Begin: what libFuzzer calls first. */
int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	atexit(tell);
	return 0;
}

#ifdef REPLAY
/* Test the content of the files given. */
int
main(int argc, char **argv)
{
	LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++)
	{
		FILE  *file = fopen(argv[i], "rb");
		uint8 *data = palloc(FILTER_MAX_SIZE);
		size_t size = file ? fread(data, 1, FILTER_MAX_SIZE, file) : 0;

		if (file == NULL || ferror(file))
		{
			perror(argv[i]);
			return EXIT_FAILURE;
		}
		fclose(file);
		LLVMFuzzerTestOneInput(data, size);
	}
	return EXIT_SUCCESS;
}
#endif
