/*
 * filter_expr.h
 *		What the two halves of the translator, columns and paths inside JSON,
 *		share.
 */
#ifndef SYNCLOG_FILTER_EXPR_H
#define SYNCLOG_FILTER_EXPR_H

#include "filter.h"

extern Const	  *filter_text_const(const char *value);
extern Expr		  *filter_null_test(Expr *arg, NullTestType type);
extern Expr		  *filter_cast(Expr *arg, Oid type);
extern Expr		  *filter_core_op(const char *name, Expr *left, Expr *right);
extern Expr		  *filter_fold_expr(FilterTarget *target, Expr *arg);
extern const char *filter_fold_value(FilterTarget *target, const char *value);

/* filter_json.c */
extern Expr *filter_json_expr(FilterTarget *target, Expr *json, char **tokens,
							  int ntokens, const FilterNode *node,
							  bool negate);

#endif /* SYNCLOG_FILTER_EXPR_H */
