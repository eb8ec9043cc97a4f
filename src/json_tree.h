/*
 * json_tree.h
 *		Values that json-c has read, as values of PostgreSQL.
 */
#ifndef SYNCLOG_JSON_TREE_H
#define SYNCLOG_JSON_TREE_H

#include "utils/jsonb.h"

struct json_object;

extern int64	   json_tree_members(struct json_object *tree);
extern bool		   json_tree_fits_jsonb(struct json_object *tree);
extern JsonbValue *json_tree_push(JsonbParseState	**state,
								  JsonbIteratorToken  token,
								  struct json_object *tree,
								  JsonbValue		 *scalar);
extern Jsonb	  *json_tree_jsonb(struct json_object *tree);
extern bool		   json_tree_plain(struct json_object *tree, const char **s,
								   int *len);

#endif /* SYNCLOG_JSON_TREE_H */
