/*
 * iso8601.c
 *		ISO 8601 instants: reading them, printing them as events do (UTC,
 *		milliseconds, finer digits only where there are any), and the range of
 *		instants whose text starts with given characters.  It takes nothing
 *		that depends on a setting, and no word such as "now".
 */
#include "postgres.h"

#include "common/int.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "iso8601.h"

PG_FUNCTION_INFO_V1(iso8601);

/* The rest of a text that is being read. */
typedef struct Cursor
{
	const char *at;
	const char *end;
} Cursor;

/* Read between min and max digits into a value. */
static bool
read_digits(Cursor *c, int min, int max, int *value)
{
	int n = 0;

	for (*value = 0;
		 n < max && c->at < c->end && isdigit((unsigned char) *c->at); n++)
		*value = *value * 10 + (*c->at++ - '0');
	return n >= min;
}

/* Read one character if it is among those given. */
static bool
read_char(Cursor *c, const char *among)
{
	if (c->at >= c->end || *c->at == '\0' || strchr(among, *c->at) == NULL)
		return false;
	c->at++;
	return true;
}

/* Put an instant together, or fail if PostgreSQL cannot hold it. */
static bool
make_instant(int year, int month, int day, int64 time, TimestampTz *ts)
{
	int days;

	if (!IS_VALID_JULIAN(year, month, day))
		return false;
	days = date2j(year, month, day) - POSTGRES_EPOCH_JDATE;
	if (pg_mul_s64_overflow(days, USECS_PER_DAY, ts) ||
		pg_add_s64_overflow(*ts, time, ts))
		return false;
	return IS_VALID_TIMESTAMP(*ts);
}

/* Give the number of days of a month. */
static int
days_in_month(int year, int month)
{
	return day_tab[isleap(year)][month - 1];
}

/* Read the time of day behind a date, as microseconds. */
static bool
read_time(Cursor *c, int64 *time)
{
	int	  hour;
	int	  minute;
	int	  second = 0;
	int64 unit = USECS_PER_SEC / 10;

	if (!read_digits(c, 2, 2, &hour) || !read_char(c, ":") ||
		!read_digits(c, 2, 2, &minute) ||
		(read_char(c, ":") && !read_digits(c, 2, 2, &second)) || hour > 23 ||
		minute > 59 || second > 59)
		return false;
	*time = hour * USECS_PER_HOUR + minute * USECS_PER_MINUTE +
			second * USECS_PER_SEC;

	if (read_char(c, ".,"))
	{
		const char *start = c->at;

		for (; c->at < c->end && isdigit((unsigned char) *c->at); c->at++)
		{
			*time += (*c->at - '0') * unit;
			unit /= 10; /* digits beyond microseconds are cut off */
		}
		return c->at > start;
	}
	return true;
}

/* Read a zone, as what must be subtracted to reach UTC; none is UTC. */
static bool
read_zone(Cursor *c, int64 *offset)
{
	int	 hour;
	int	 minute = 0;
	bool west;

	*offset = 0;
	if (c->at == c->end || read_char(c, "Zz"))
		return true;
	west = *c->at == '-';
	if (!read_char(c, "+-") || !read_digits(c, 2, 2, &hour))
		return false;
	if (read_char(c, ":") ? !read_digits(c, 2, 2, &minute)
						  : c->at < c->end && !read_digits(c, 2, 2, &minute))
		return false;
	if (hour > 15 || minute > 59)
		return false;
	*offset = hour * USECS_PER_HOUR + minute * USECS_PER_MINUTE;
	if (west)
		*offset = -*offset;
	return true;
}

/*
 * Read an ISO 8601 date or date and time.  Without a zone it is UTC; a year or
 * a month alone is its first instant.
 */
bool
iso8601_parse(const char *s, int len, TimestampTz *ts)
{
	Cursor c = {s, s + len};
	int	   year;
	int	   month = 1;
	int	   day = 1;
	int64  time = 0;
	int64  offset = 0;
	bool   before_christ = false;
	bool   signed_year;

	signed_year = len > 0 && (*s == '-' || *s == '+');
	if (signed_year)
		before_christ = *c.at++ == '-';
	if (!read_digits(&c, 4, signed_year ? 6 : 4, &year) ||
		(read_char(&c, "-") && !read_digits(&c, 2, 2, &month)))
		return false;
	if (before_christ)
		year = -year;
	if (month < 1 || month > 12)
		return false;
	if (c.at < c.end && read_char(&c, "-"))
	{
		if (!read_digits(&c, 2, 2, &day) || day < 1 ||
			day > days_in_month(year, month))
			return false;
		if (read_char(&c, "Tt ") &&
			(!read_time(&c, &time) || !read_zone(&c, &offset)))
			return false;
	}
	return c.at == c.end && make_instant(year, month, day, time - offset, ts);
}

/* A field of the text of an instant, and the values that it can have. */
typedef struct Field
{
	int	 width;
	int	 min;
	int	 max;
	char after; /* the character behind it */
} Field;

static const Field fields[] = {
	{4, 0, 9999, '-'}, {2, 1, 12, '-'}, {2, 1, 31, 'T'},	 {2, 0, 23, ':'},
	{2, 0, 59, ':'},   {2, 0, 59, '.'}, {6, 0, 999999, 'Z'},
};

/*
 * Find the instants whose printed text starts with the given characters: those
 * from *from up to but not including *until.  False if there are none.
 */
bool
iso8601_prefix_range(const char *s, int len, TimestampTz *from,
					 TimestampTz *until)
{
	Cursor c = {s, s + len};
	int	   lo[lengthof(fields)];
	int	   last = 0; /* the last field that the prefix reaches */
	int	   hi = 0;	 /* its greatest value */
	int	   year;
	int	   month;

	for (int i = 0; i < lengthof(fields); i++)
	{
		const char *start = c.at;
		int			max = fields[i].max;
		int			known;
		int			unit = 1;

		lo[i] = fields[i].min;
		if (c.at == c.end && i > 0)
			continue;
		last = i;
		if (i == 2)
			max = days_in_month(lo[0], lo[1]);
		read_digits(&c, 0, fields[i].width, &known);
		for (int n = c.at - start; n < fields[i].width; n++)
			unit *= 10;
		lo[i] = Max(known * unit, fields[i].min);
		hi = Min(known * unit + unit - 1, max);
		if (lo[i] > hi)
			return false;
		if (c.at == c.end)
		{
			/* a fourth digit or later is there only before one other than 0 */
			if (i == lengthof(fields) - 1 && c.at - start > 3 &&
				c.at[-1] == '0' && ++lo[i] > hi)
				return false;
			continue;
		}

		/* what follows the fraction is a Z behind just the digits needed */
		if (i == lengthof(fields) - 1)
		{
			int n = c.at - start;

			if (n < 3 || (n > 3 && c.at[-1] == '0'))
				return false;
			hi = lo[i];
		}
		else if (unit > 1)
			return false;
		if (!read_char(&c, (char[2]){fields[i].after, '\0'}))
			return false;
	}
	if (c.at != c.end)
		return false;

#define TIME_OF(f)                                                            \
	((f)[3] * USECS_PER_HOUR + (f)[4] * USECS_PER_MINUTE +                    \
	 (f)[5] * USECS_PER_SEC + (f)[6])

	if (!make_instant(lo[0], lo[1], lo[2], TIME_OF(lo), from))
		return false;
	lo[last] = hi;
	year = lo[0];
	month = lo[1];
	switch (last)
	{
		case 0:
			return make_instant(year + 1, 1, 1, 0, until);
		case 1:
			return make_instant(year + month / 12, month % 12 + 1, 1, 0,
								until);
		default:
		{
			static const int64 units[] = {USECS_PER_DAY, USECS_PER_HOUR,
										  USECS_PER_MINUTE, USECS_PER_SEC, 1};

			return make_instant(year, month, lo[2],
								TIME_OF(lo) + units[last - 2], until);
		}
	}
#undef TIME_OF
}

/*
 * Print an instant as events do and return its length; buf has ISO8601_SIZE
 * bytes.
 */
int
iso8601_print(TimestampTz ts, char *buf)
{
	struct pg_tm tm;
	fsec_t		 fsec;
	int			 n;

	if (TIMESTAMP_NOT_FINITE(ts))
		return strlen(
			strcpy(buf, TIMESTAMP_IS_NOBEGIN(ts) ? "-infinity" : "infinity"));
	if (timestamp2tm(ts, NULL, &tm, &fsec, NULL, NULL) != 0)
		ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
						errmsg("timestamp out of range")));
	n = snprintf(buf, ISO8601_SIZE, "%s%04d-%02d-%02dT%02d:%02d:%02d.%06d",
				 tm.tm_year < 0		 ? "-"
				 : tm.tm_year > 9999 ? "+"
									 : "",
				 abs(tm.tm_year), tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min,
				 tm.tm_sec, (int) fsec);
	for (int cut = 0; cut < 3 && buf[n - 1] == '0'; cut++)
		n--;
	buf[n++] = 'Z';
	buf[n] = '\0';
	return n;
}

Datum
iso8601(PG_FUNCTION_ARGS)
{
	char buf[ISO8601_SIZE];
	int	 n = iso8601_print(PG_GETARG_TIMESTAMPTZ(0), buf);

	PG_RETURN_TEXT_P(cstring_to_text_with_len(buf, n));
}

PG_FUNCTION_INFO_V1(instant);

/* instant(iso8601) -> timestamptz */
Datum
instant(PG_FUNCTION_ARGS)
{
	text	   *source = PG_GETARG_TEXT_PP(0);
	TimestampTz ts;

	if (!iso8601_parse(VARDATA_ANY(source), VARSIZE_ANY_EXHDR(source), &ts))
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(ts);
}
