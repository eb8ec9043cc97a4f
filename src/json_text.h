/*
 * json_text.h
 *		JSON text, read in place.
 */
#ifndef SYNCLOG_JSON_TEXT_H
#define SYNCLOG_JSON_TEXT_H

#include "lib/stringinfo.h"

/* JSON text that is being read, or a part of it. */
typedef struct JsonText
{
	const char *at;
	const char *end;
} JsonText;

extern void		   json_text_skip_space(JsonText *t);
extern int		   json_text_skip_value(JsonText *t, StringInfo out);
extern bool		   json_text_next_member(JsonText *t, JsonText *key);
extern bool		   json_text_next_element(JsonText *t);
extern const char *json_text_string(const JsonText *string, int *len);
extern bool		   json_text_is(const JsonText *string, const char *text);
extern bool		   json_text_enter_string(JsonText *t);
extern bool json_text_find(JsonText *t, char **tokens, int ntokens, bool json);

#endif /* SYNCLOG_JSON_TEXT_H */
