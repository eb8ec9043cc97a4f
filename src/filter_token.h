/*
 * filter_token.h
 *		What the parser of filters and the reader of their tokens share.
 */
#ifndef SYNCLOG_FILTER_TOKEN_H
#define SYNCLOG_FILTER_TOKEN_H

#include "filter.h"

typedef enum TokenKind
{
	TOKEN_END,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_CLOSE_BRACKET,
	TOKEN_STRING,
	TOKEN_WORD
} TokenKind;

typedef struct Token
{
	TokenKind	kind;
	const char *start;
	int			len; /* quotes of a string included */
} Token;

typedef struct Parser
{
	const char	*text;
	const char	*at;
	const char	*end;
	int			 depth;
	int			 brackets; /* subfilters that are open */
	FilterError *error;
	bool		 placeholders; /* ${name} may stand for a value */
} Parser;

extern void *filter_fail(Parser *p, const char *at, const char *hint,
						 const char *detail);
extern void *filter_fail_token(Parser *p, const Token *token,
							   const char *expected);
extern bool	 filter_next_token(Parser *p, Token *token, bool is_operator);
extern bool	 filter_read_pointer(Parser *p, const Token *token,
								 FilterNode *node);
extern char *filter_read_number(Parser *p, const Token *token);
extern char *filter_read_string(const Token *token);

#endif /* SYNCLOG_FILTER_TOKEN_H */
