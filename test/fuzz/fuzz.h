/*
 * fuzz.h
 *		What the fuzzers have in common.
 */
#ifndef SYNCLOG_FUZZ_H
#define SYNCLOG_FUZZ_H

/* no text that is put to the test is longer */
#define FUZZ_MAX_SIZE (2 * 1024 * 1024)

extern void reset_memory(void);
extern void check(bool holds, const char *what, const char *text, int len);
extern bool is_utf8(const char *text, int len);

/* each fuzzer's own: tests a text, and tells at the end what it tested */
extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);
extern void fuzz_tell(void);

#endif /* SYNCLOG_FUZZ_H */
