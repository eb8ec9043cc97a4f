/*
 * asan_first.c
 *		Makes AddressSanitizer start before the constructor of libgpg-error,
 *		with which Debian's postgres is linked and which would hang in
 *		bindtextdomain() otherwise.  Preloaded after libasan; knows nothing of
 *		synclog.
 */
#include <stdlib.h>

static void *volatile sink;

/* Allocate something, as the first of all constructors. */
__attribute__((constructor)) static void
first(void)
{
	sink = malloc(1);
	free(sink);
}
