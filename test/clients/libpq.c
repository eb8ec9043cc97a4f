/*
 * libpq.c
 *		What a program does with synclog through libpq's extended protocol:
 *		005_clients.pl compiles and runs this and knows the answers.  No
 *		parameter's type is named.  Usage: libpq CONNINFO EVENTS text|binary
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#define EVENT(id)                                                             \
	"{\"_id\": \"" id "\", \"timestamp\": \"2026-11-21T10:00:06.000Z\"}"
#define ABSENT "/reconId eq \"r-1\" and /situation eq \"ABSENT\""

#define GET_ABSENT                                                            \
	"/openidm/audit/recon?_fields=situation&_queryFilter=%2FreconId+eq+"      \
	"%22r-1%22+and+%2Fsituation+eq+%22ABSENT%22"

/* the type of a parameter matters only where it is sent in binary */
typedef enum Kind
{
	TEXT,
	INTEGER,
	FILTER
} Kind;

typedef struct Parameter
{
	Kind		kind;
	const char *value;
} Parameter;

/* what PQexecParams takes of parameters */
typedef struct Bound
{
	int			count;
	const char *values[6];
	int			lengths[6];
	int			formats[6];
	char		bytes[6][256];
} Bound;

/* types of results, from the server's pg_type.dat */
enum
{
	BOOL = 16,
	INT8 = 20,
	INT4 = 23,
	RECORD = 2249
};

static PGconn *conn;
static bool	   binary;

static void print_value(Oid type, const char *value, int len);

/* Reads a number of the protocol's. */
static int64_t
number(const char *bytes, int len)
{
	uint64_t value = 0;

	for (int i = 0; i < len; i++)
		value = value << 8 | (unsigned char) bytes[i];
	return len == 4 ? (int32_t) value : (int64_t) value;
}

/* Prints a composite value: for each column its type, length and value. */
static void
print_record(const char *value)
{
	int ncolumns = number(value, 4);

	value += 4;
	for (int i = 0; i < ncolumns; i++)
	{
		Oid type = number(value, 4);
		int len = number(value + 4, 4);

		putchar(i == 0 ? '(' : ',');
		print_value(type, value + 8, len);
		value += 8 + len;
	}
	putchar(')');
}

/* Prints a value as its type is in binary; the others are their text. */
static void
print_value(Oid type, const char *value, int len)
{
	switch (binary ? type : 0)
	{
		case BOOL:
			printf("%s", *value ? "true" : "false");
			break;
		case INT8:
		case INT4:
			printf("%lld", (long long) number(value, len));
			break;
		case RECORD:
			print_record(value);
			break;
		default:
			/* a filter is its text after the number of its format */
			if (len > 0 && *value == 1)
				value++, len--;
			else if (type == BOOL)
				value = *value == 't' ? "true" : "false", len = strlen(value);
			fwrite(value, 1, len, stdout);
	}
}

/* Prints all columns of a result's rows, and frees it. */
static void
print_result(PGresult *result)
{
	const char *rows = PQcmdTuples(result);

	if (PQresultStatus(result) == PGRES_COMMAND_OK)
		printf(" %s", rows);
	else if (PQresultStatus(result) != PGRES_TUPLES_OK &&
			 PQresultStatus(result) != PGRES_SINGLE_TUPLE)
		printf(" %s %s", PQresultErrorField(result, PG_DIAG_SQLSTATE),
			   PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
	for (int i = 0; i < PQntuples(result); i++)
	{
		for (int j = 0; j < PQnfields(result); j++)
		{
			putchar(' ');
			print_value(PQftype(result, j), PQgetvalue(result, i, j),
						PQgetlength(result, i, j));
		}
	}
	PQclear(result);
}

/* Makes parameters what PQexecParams takes. */
static void
bind(Bound *bound, const Parameter *parameters)
{
	memset(bound, 0, sizeof(Bound));
	for (int i = 0; parameters[i].value; i++)
	{
		char *bytes = bound->bytes[i];
		int	  len;

		bound->count++;
		bound->values[i] = parameters[i].value;
		bound->lengths[i] = strlen(parameters[i].value);
		bound->formats[i] = binary;
		if (!binary || parameters[i].kind == TEXT)
			continue;
		bound->values[i] = bytes;
		if (parameters[i].kind == FILTER)
			len = snprintf(bytes, sizeof(bound->bytes[i]), "\1%s",
						   parameters[i].value);
		else
		{
			int value = atoi(parameters[i].value);

			for (len = 0; len < 4; len++)
				bytes[len] = value >> (24 - 8 * len);
		}
		bound->lengths[i] = len;
	}
}

/* Asks a query once and prints what it gives. */
static void
ask(const char *step, const char *query, const Parameter *parameters)
{
	Bound bound;

	bind(&bound, parameters);
	printf("%s =", step);
	print_result(PQexecParams(conn, query, bound.count, NULL, bound.values,
							  bound.lengths, bound.formats, binary));
	putchar('\n');
}

#define ASK(step, query, ...)                                                 \
	ask(step, query, (Parameter[]){__VA_ARGS__, {TEXT, NULL}})

/* Prepares a query and runs it as often as makes a plan generic. */
static void
ask_often(const char *step, const char *query, const Parameter *parameters)
{
	Bound bound;

	bind(&bound, parameters);
	printf("%s =", step);
	PQclear(PQprepare(conn, "often", query, 0, NULL));
	for (int i = 0; i < 12; i++)
		print_result(PQexecPrepared(conn, "often", bound.count, bound.values,
									bound.lengths, bound.formats, binary));
	putchar('\n');
}

/* Asks for all pages of three events, each by the cookie of the one before. */
static void
ask_pages(const char *step)
{
	static const char *const query =
		"SELECT page ->> 'pagedResultsCookie', event ->> '_id'"
		" FROM synclog.query_page('recon', $1, page_size => $2, cookie => $3)"
		" AS page, json_array_elements(page -> 'result') AS event";
	char cookie[1024] = "";

	printf("%s =", step);
	do
	{
		Bound	  bound;
		PGresult *page;

		bind(&bound, (Parameter[]){{FILTER, "/_id pr"},
								   {INTEGER, "3"},
								   {TEXT, cookie},
								   {TEXT, NULL}});
		page = PQexecParams(conn, query, bound.count, NULL, bound.values,
							bound.lengths, bound.formats, binary);
		snprintf(cookie, sizeof(cookie), "%s",
				 PQntuples(page) > 0 ? PQgetvalue(page, 0, 0) : "");
		for (int i = 0; i < PQntuples(page); i++)
			printf(" %s", PQgetvalue(page, i, 1));
		printf(" |");
		PQclear(page);
	} while (*cookie);
	putchar('\n');
}

/* Asks a query and prints its rows one by one, as they come. */
static void
stream(const char *step, const char *query, const Parameter *parameters)
{
	Bound	  bound;
	PGresult *result;

	bind(&bound, parameters);
	printf("%s =", step);
	if (!PQsendQueryParams(conn, query, bound.count, NULL, bound.values,
						   bound.lengths, bound.formats, binary) ||
		!PQsetSingleRowMode(conn))
		printf(" %s", PQerrorMessage(conn));
	while ((result = PQgetResult(conn)) != NULL)
		print_result(result);
	putchar('\n');
}

int
main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	binary = strcmp(argv[3], "binary") == 0;
	conn = PQconnectdb(argv[1]);
	if (PQstatus(conn) != CONNECTION_OK)
	{
		fprintf(stderr, "%s", PQerrorMessage(conn));
		return 1;
	}

	/* storing */
	ASK("load", "SELECT * FROM synclog.load('recon', $1)", {TEXT, argv[2]});
	ASK("load, a composite", "SELECT synclog.load('recon', $1)",
		{TEXT, argv[2]});
	ASK("store", "SELECT synclog.store($1, $2)", {TEXT, "recon"},
		{TEXT, EVENT("e-6")});
	ASK("store, typed as JSON", "SELECT synclog.store($1, $2::json)",
		{TEXT, "recon"}, {TEXT, EVENT("e-7")});
	ASK("insert", "INSERT INTO audit.recon_json VALUES ($1)",
		{TEXT, EVENT("e-8")});

	/* reading */
	ASK("read", "SELECT synclog.read($1, $2)", {TEXT, "recon"}, {TEXT, "e-2"});
	ASK("query", "SELECT synclog.query('recon', $1) ->> '_id'",
		{FILTER, ABSENT});
	ASK("query, all arguments",
		"SELECT synclog.query($1, $2, fields => $3, sort_keys => $4,"
		" page_size => $5, page_offset => $6)",
		{TEXT, "recon"}, {FILTER, "/_id pr"}, {TEXT, "/timestamp"},
		{TEXT, "-timestamp,_id"}, {INTEGER, "2"}, {INTEGER, "1"});
	ASK("recon_entries", "SELECT section FROM synclog.recon_entries($1, $2)",
		{TEXT, "r-1"}, {TEXT, "ABSENT"});
	ASK("filter", "SELECT $1::synclog.queryfilter", {FILTER, ABSENT});
	ask_often("matches",
			  "SELECT count(*) FROM audit.recon"
			  " WHERE synclog.matches(recon, $1)",
			  (Parameter[]){{FILTER, ABSENT}, {TEXT, NULL}});
	ASK("matches, an event", "SELECT synclog.matches($1, $2)",
		{TEXT, "{\"a\": [1, 2]}"}, {FILTER, "/a eq 2"});
	stream("stream", "SELECT synclog.query('recon', $1) ->> '_id'",
		   (Parameter[]){{FILTER, "/_id sw 'e'"}, {TEXT, NULL}});

	/* pages, and requests as their documents write them */
	ask_pages("pages");
	ASK("get", "SELECT status, content_type FROM synclog.get($1)",
		{TEXT, GET_ABSENT});
	ASK("get, the body", "SELECT body FROM synclog.get($1)",
		{TEXT, GET_ABSENT});
	ASK("get, a mistake", "SELECT status FROM synclog.get($1)",
		{TEXT, "/audit/recon?_queryFilter=/situation+eq"});

	/* an error, and the connection afterwards */
	ASK("error", "SELECT synclog.query('recon', $1)",
		{FILTER, "/situation eq"});
	ASK("afterwards", "SELECT count(*) FROM synclog.query('recon', $1)",
		{FILTER, ABSENT});
	PQfinish(conn);
	return 0;
}
