/*
 * url.h
 *		URLs of requests, taken apart.
 */
#ifndef SYNCLOG_URL_H
#define SYNCLOG_URL_H

/* a filter of the greatest length fits in, with every character escaped */
#define URL_MAX_SIZE (8 * 1024 * 1024)

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
