/*
 * fields.h
 *		Lists of fields, and events cut down to them.
 */
#ifndef SYNCLOG_FIELDS_H
#define SYNCLOG_FIELDS_H

#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

#include "filter.h"

/* One field of a list. */
typedef struct FieldItem
{
	FilterNode *pointer; /* its offset is that in the list */
	int			len;	 /* of its text there */
	bool		descending;
} FieldItem;

/* The wanted fields as a tree of members; the root has no name. */
typedef struct FieldTree
{
	const char *name;
	bool		whole; /* all below it is wanted */
	bool		json;  /* what it holds may be JSON in a string */
	List	   *children;
	List	   *items; /* of the root: the fields, in the list's order */
} FieldTree;

extern char		 *fields_shown(const char *list);
extern List		 *fields_parse(const char *list, bool signs);
extern FieldTree *fields_tree(const char *list, TupleDesc desc,
							  const RowShape *shape);
extern FieldTree *fields_child(const FieldTree *tree, const char *name,
							   int len);
extern void		  fields_check(const char *list, TupleDesc desc,
							   const RowShape *shape, const FilterNode *pointer,
							   const char *relation);
extern void		  fields_cut(const char *json, int len, const FieldTree *tree,
							 const char *const *hidden, StringInfo out);

#endif /* SYNCLOG_FIELDS_H */
