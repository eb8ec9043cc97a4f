/*
 * url.h
 *		URLs of requests, taken apart.
 */
#ifndef SYNCLOG_URL_H
#define SYNCLOG_URL_H

typedef struct UrlParameter
{
	char *name;
	char *value;
} UrlParameter;

/* The parts of a URL, decoded, in their order. */
typedef struct Url
{
	int			  nsegments;
	char		**segments;
	int			  nparameters;
	UrlParameter *parameters;
} Url;

typedef struct UrlError
{
	int			offset; /* byte of the text where it is wrong */
	const char *detail; /* a sentence without its full stop */
	const char *hint;	/* or NULL */
} UrlError;

extern Url *url_parse(const char *text, int len, UrlError *error);

#endif /* SYNCLOG_URL_H */
