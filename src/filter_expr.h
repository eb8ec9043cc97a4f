/*
 * filter_expr.h
 *		What the parts of the translator share: rows (filter_expr.c), columns
 *		of scalar types (filter_column.c) and paths inside JSON
 *		(filter_json.c).
 */
#ifndef SYNCLOG_FILTER_EXPR_H
#define SYNCLOG_FILTER_EXPR_H

#include "filter.h"

/* filter_expr.c */
extern Expr		  *filter_truth(bool value);
extern void		   filter_check_operator(const FilterNode *node);
extern FilterNode *filter_in_values(const FilterNode *node);

/* filter_column.c */
extern int		   filter_error_place(const FilterNode *node);
extern Expr		  *filter_null_test(Expr *arg, NullTestType type);
extern Expr		  *filter_relabel(Expr *arg, Oid type);
extern Expr		  *filter_cast(Expr *arg, Oid type);
extern Expr		  *filter_core_op(const char *name, Expr *left, Expr *right);
extern Expr		  *filter_fold_expr(FilterTarget *target, Expr *arg);
extern const char *filter_fold_value(FilterTarget *target, const char *value);
extern Expr *filter_finish(FilterTarget *target, Expr *column, Expr *predicate,
						   bool negate);
extern Expr *filter_scalar_expr(FilterTarget *target, Expr *column,
								const FilterNode *node, bool negate);

/* filter_json.c */
extern Expr *filter_json_expr(FilterTarget *target, Expr *json, char **tokens,
							  int ntokens, const FilterNode *node,
							  bool negate);

#endif /* SYNCLOG_FILTER_EXPR_H */
