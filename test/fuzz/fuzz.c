/*
 * fuzz.c
 *		What the fuzzers have in common: memory, and a main program that runs
 *		over the files given if REPLAY is defined.  It knows nothing of what is
 *		put to the test.
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

#include "fuzz.h"

/* stands before every piece of memory, out of bounds for all but its owner */
typedef struct Chunk
{
	struct Chunk *next;
	struct Chunk *previous;
} Chunk;

static Chunk chunks = {&chunks, &chunks};

extern const char *__asan_default_options(void);
extern int		   LLVMFuzzerInitialize(int *argc, char ***argv);

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
void
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
void
check(bool holds, const char *what, const char *text, int len)
{
	if (holds)
		return;
	fprintf(stderr, "%s: %.*s\n", what, len, text);
	abort();
}

/* Test that text is what a server would take as text. */
bool
is_utf8(const char *text, int len)
{
	return pg_encoding_verifymbstr(PG_UTF8, text, len) == len;
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
	atexit(fuzz_tell);
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
		uint8 *data = palloc(FUZZ_MAX_SIZE);
		size_t size = file ? fread(data, 1, FUZZ_MAX_SIZE, file) : 0;

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
