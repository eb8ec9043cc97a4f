/*
 * filter.h
 *		CREST query filters: the tree that the parser builds, its text, and
 *		the translation into expressions.
 */
#ifndef SYNCLOG_FILTER_H
#define SYNCLOG_FILTER_H

#include "lib/stringinfo.h"

/* The reference parses 63 nested parentheses and refuses the 64th. */
#define FILTER_MAX_DEPTH 63

/* A filter longer than this was not written by a person or a server. */
#define FILTER_MAX_SIZE (2 * 1024 * 1024)

typedef enum FilterKind
{
	FILTER_TRUE,
	FILTER_FALSE,
	FILTER_AND,
	FILTER_OR,
	FILTER_NOT,
	FILTER_PRESENT,
	FILTER_COMPARE,
	FILTER_COMPLEX /* field[subfilter] */
} FilterKind;

typedef enum FilterOp
{
	FILTER_EQ,
	FILTER_LT,
	FILTER_LE,
	FILTER_GT,
	FILTER_GE,
	FILTER_CO,
	FILTER_SW,
	FILTER_EW,
	FILTER_IN,
	FILTER_EXTENDED /* parsed, but an error where evaluated */
} FilterOp;

typedef enum FilterValue
{
	FILTER_STRING,
	FILTER_NUMBER,
	FILTER_BOOLEAN,
	FILTER_PLACEHOLDER /* ${name}: only in templates */
} FilterValue;

typedef struct FilterNode
{
	FilterKind		   kind;
	int				   offset; /* byte of the text where it starts */
	struct FilterNode *first;  /* operands of and, or, not; the subfilter */
	struct FilterNode *next;   /* the next operand of the same node */

	/* present, compare and complex: the pointer's decoded tokens */
	int	   ntokens;
	char **tokens;

	/* compare */
	FilterOp	op;
	char	   *opname; /* an extended operator's name */
	FilterValue valuekind;
	char	   *value; /* string, canonical number, true, false, ${name} */
} FilterNode;

typedef struct FilterError
{
	int			offset;	  /* byte of the text where it is wrong */
	bool		is_limit; /* a limit, not the syntax */
	const char *detail;	  /* a sentence without its full stop */
	const char *hint;	  /* or NULL */
} FilterError;

/* Test for a character that a pointer can hold only as %XX. */
static inline bool
filter_pointer_illegal(unsigned char c)
{
	return c <= ' ' || c == 0x7F || strchr("()\"<>{}|\\^`#%", c) != NULL;
}

extern const char *const filter_op_names[];

extern FilterNode *filter_parse(const char *text, int len, FilterError *error);
extern FilterNode *filter_parse_template(const char *text, int len,
										 FilterError *error);
extern FilterNode *filter_parse_pointer(const char *text, int len,
										FilterError *error);
extern FilterNode *filter_combine(FilterKind kind, FilterNode **operands,
								  int noperands);
extern bool		   filter_fits(const FilterNode *node);
extern void		   filter_print(const FilterNode *node, StringInfo buf);
extern void filter_print_pointer(char **tokens, int ntokens, bool in_subfilter,
								 StringInfo buf);

#ifndef FRONTEND

#include "access/tupdesc.h"
#include "nodes/primnodes.h"
#include "utils/relcache.h"

#include "field.h"

/*
 * A row, or a JSON document, as something that expressions can be made over:
 * the fields of a row expression, or variables of the relation with varno 1.
 */
typedef struct FilterTarget
{
	TupleDesc	desc; /* NULL: nothing is known, all is missing */
	RowShape	shape;
	const char *name;		 /* for messages */
	Node	   *row;		 /* a row expression, or NULL for variables */
	bool		is_document; /* row (or variable 1) is jsonb itself */
	bool		ignore_case;
	bool		two_valued; /* false where a WHERE would take NULL too */
	AttrNumber	element; /* in a subfilter on a scalar column: that column */
} FilterTarget;

/* filter_type.c */
extern Datum	   filter_read(const char *text);
extern Oid		   filter_type_oid(void);
extern FilterNode *filter_from_datum(const struct varlena *filter);

/* filter_expr.c */
extern void	 filter_target_init(FilterTarget *target, TupleDesc desc,
								const char *name);
extern Expr *filter_to_expr(FilterTarget *target, const FilterNode *node);
extern bool	 filter_is_json_like(Oid type);

/* filter_fields.c */
extern Relation filter_open_relation(Oid relid);

/* fold.c */
extern void fold_append(StringInfo buf, const char *s, int len);

#endif /* FRONTEND */

#endif /* SYNCLOG_FILTER_H */
