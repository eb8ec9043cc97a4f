/*
 * filter_print.c
 *		A filter's tree to its canonical text, which is read back as the same
 *		tree.  Like the parser it knows no catalog, no row and no server, and
 *		links into a program of its own with FRONTEND defined.
 */
#ifndef FRONTEND
#include "postgres.h"
#else
#include "postgres_fe.h"
#endif

#include "filter.h"

/*
 * Tell whether a node needs parentheses under its parent, at least (fewest)
 * or as the reference prints it.
 */
static bool
needs_parentheses(const FilterNode *node, const FilterNode *parent,
				  bool fewest)
{
	bool is_joined = node->kind == FILTER_AND || node->kind == FILTER_OR;

	if (parent && parent->kind == FILTER_COMPLEX)
		return false;
	if (!fewest)
		return is_joined;
	if (parent == NULL)
		return false;
	if (parent->kind == FILTER_NOT)
		return is_joined || node->kind == FILTER_NOT;
	if (parent->kind == FILTER_OR && node->kind == FILTER_AND)
		return false;
	return is_joined;
}

/* Count the levels of parentheses that printing a node takes. */
static int
count_levels(const FilterNode *node, const FilterNode *parent, bool fewest)
{
	int deepest = 0;

	for (const FilterNode *n = node->first; n; n = n->next)
	{
		/* apart, since Max() evaluates its arguments twice */
		int levels = count_levels(n, node, fewest);

		deepest = Max(deepest, levels);
	}
	if ((node->kind == FILTER_NOT && !fewest) || node->kind == FILTER_COMPLEX)
		deepest++;
	return deepest + needs_parentheses(node, parent, fewest);
}

/* Tell whether a filter can be written within the depth limit. */
bool
filter_fits(const FilterNode *node)
{
	return count_levels(node, NULL, true) <= FILTER_MAX_DEPTH;
}

/* Print a string in double quotes. */
static void
print_string(const char *value, StringInfo buf)
{
	appendStringInfoChar(buf, '"');
	for (const char *s = value; *s;)
	{
		size_t plain = strcspn(s, "\"\\");

		appendBinaryStringInfo(buf, s, plain);
		s += plain;
		if (*s)
		{
			appendStringInfoChar(buf, '\\');
			appendStringInfoChar(buf, *s++);
		}
	}
	appendStringInfoChar(buf, '"');
}

/* Tell whether a bracket in a pointer would be read as opening a subfilter. */
static bool
opens_subfilter(char **tokens, int ntokens)
{
	int open = 0;

	for (int i = ntokens; i-- > 0;)
	{
		for (const char *s = tokens[i] + strlen(tokens[i]); s-- > tokens[i];)
		{
			if (*s == ']')
				open++;
			else if (*s == '[' && open-- == 0)
				return true;
		}
	}
	return false;
}

/*
 * Print a pointer from its tokens.  Brackets are escaped inside a subfilter,
 * and where they would open one.
 */
void
filter_print_pointer(char **tokens, int ntokens, bool in_subfilter,
					 StringInfo buf)
{
	bool escape = in_subfilter || opens_subfilter(tokens, ntokens);

	if (ntokens == 0)
		appendStringInfoChar(buf, '/');
	for (int i = 0; i < ntokens; i++)
	{
		appendStringInfoChar(buf, '/');
		for (const char *s = tokens[i]; *s; s++)
		{
			unsigned char c = *s;

			if (filter_pointer_illegal(c) || c == '/' || IS_HIGHBIT_SET(c) ||
				(escape && (c == '[' || c == ']')))
				appendStringInfo(buf, "%%%02X", c);
			else
				appendStringInfoChar(buf, c);
		}
	}
	/* a slash at the end is dropped when read, so an empty token needs two */
	if (ntokens > 0 && tokens[ntokens - 1][0] == '\0')
		appendStringInfoChar(buf, '/');
}

/* Print a node under its parent. */
static void
print_node(const FilterNode *node, const FilterNode *parent, bool fewest,
		   bool in_subfilter, StringInfo buf)
{
	bool parentheses = needs_parentheses(node, parent, fewest);

	if (parentheses)
		appendStringInfoChar(buf, '(');
	switch (node->kind)
	{
		case FILTER_TRUE:
			appendStringInfoString(buf, "true");
			/* or the word would be a field with brackets in its name */
			if (parent && parent->kind == FILTER_COMPLEX)
				appendStringInfoChar(buf, ' ');
			break;
		case FILTER_FALSE:
			appendStringInfoString(buf, "false");
			if (parent && parent->kind == FILTER_COMPLEX)
				appendStringInfoChar(buf, ' ');
			break;
		case FILTER_AND:
		case FILTER_OR:
			for (const FilterNode *n = node->first; n; n = n->next)
			{
				if (n != node->first)
					appendStringInfoString(
						buf, node->kind == FILTER_AND ? " and " : " or ");
				print_node(n, node, fewest, in_subfilter, buf);
			}
			break;
		case FILTER_NOT:
			appendStringInfoString(buf, fewest ? "! " : "! (");
			print_node(node->first, node, fewest, in_subfilter, buf);
			if (!fewest)
				appendStringInfoChar(buf, ')');
			break;
		case FILTER_COMPLEX:
			filter_print_pointer(node->tokens, node->ntokens, in_subfilter,
								 buf);
			appendStringInfoChar(buf, '[');
			print_node(node->first, node, fewest, true, buf);
			appendStringInfoChar(buf, ']');
			break;
		case FILTER_PRESENT:
			filter_print_pointer(node->tokens, node->ntokens, in_subfilter,
								 buf);
			appendStringInfoString(buf, " pr");
			break;
		case FILTER_COMPARE:
			filter_print_pointer(node->tokens, node->ntokens, in_subfilter,
								 buf);
			appendStringInfo(buf, " %s ",
							 node->op == FILTER_EXTENDED
								 ? node->opname
								 : filter_op_names[node->op]);
			if (node->valuekind == FILTER_STRING)
				print_string(node->value, buf);
			else
				appendStringInfoString(buf, node->value);
			break;
	}
	if (parentheses)
		appendStringInfoChar(buf, ')');
}

/*
 * Print a filter in its canonical form: as the reference does, with strings
 * escaped, and with the fewest parentheses where the reference's would be too
 * many to be read again.
 */
void
filter_print(const FilterNode *node, StringInfo buf)
{
	print_node(node, NULL, count_levels(node, NULL, false) > FILTER_MAX_DEPTH,
			   false, buf);
}
