/*
 * filter_plan.c
 *		The planner's side of matches(): its support function replaces a call
 *		with a constant filter by the translated expression, so that a filter
 *		is planned as if somebody had written it in SQL.  Whatever is in doubt
 *		is left to the run time.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_language_d.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "compat.h"
#include "filter.h"
#include "filter_expr.h"

PG_FUNCTION_INFO_V1(matches_support);

/*
 * Tell whether a function is one whose result must be two-valued: one that
 * this support function serves, or one in SQL, whose body may call it once it
 * is inlined.
 */
static bool
is_risky_function(Oid funcid, void *support)
{
	HeapTuple	 tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	Form_pg_proc form;
	bool		 result;

	if (!HeapTupleIsValid(tuple))
		return true;
	form = (Form_pg_proc) GETSTRUCT(tuple);
	result =
		form->prolang == SQLlanguageId || form->prosupport == *(Oid *) support;
	ReleaseSysCache(tuple);
	return result;
}

static bool condition_walker(Node *node, Oid *support);

/*
 * Give the WHERE of an EXISTS that is an expression, or NULL.  The planner
 * simplifies it as a part of the outer query when it tries to hash it.
 */
static Node *
where_of_exists(Node *node)
{
	SubLink *sublink = (SubLink *) node;

	if (!IsA(node, SubLink) || sublink->subLinkType != EXISTS_SUBLINK)
		return NULL;
	return castNode(Query, sublink->subselect)->jointree->quals;
}

/* Walk what is evaluated as a value: any call there is a risk. */
static bool
value_walker(Node *node, void *support)
{
	if (node == NULL)
		return false;
	check_stack_depth();
	if (check_functions_in_node(node, is_risky_function, support) ||
		condition_walker(where_of_exists(node), support))
		return true;
	if (IsA(node, Query))
		return false; /* it is planned, and asked, by itself */
	return expression_tree_walker(node, value_walker, support);
}

/*
 * Walk a condition, where NULL does as false: calls that only and and or stand
 * above are no risk.
 */
static bool
condition_walker(Node *node, Oid *support)
{
	if (node == NULL)
		return false;
	check_stack_depth();
	if (IsA(node, List) || is_andclause(node) || is_orclause(node))
	{
		List *operands =
			IsA(node, List) ? (List *) node : ((BoolExpr *) node)->args;
		ListCell *lc;

		foreach (lc, operands)
		{
			if (condition_walker(lfirst(lc), support))
				return true;
		}
		return false;
	}
	if (IsA(node, FuncExpr) &&
		get_func_support(((FuncExpr *) node)->funcid) == *support)
		return value_walker((Node *) ((FuncExpr *) node)->args, support);
	return value_walker(node, support);
}

/* Walk the conditions of a join tree. */
static bool
jointree_walker(Node *node, Oid *support)
{
	ListCell *lc;

	if (node == NULL || IsA(node, RangeTblRef))
		return false;
	check_stack_depth();
	if (IsA(node, FromExpr))
	{
		foreach (lc, ((FromExpr *) node)->fromlist)
		{
			if (jointree_walker(lfirst(lc), support))
				return true;
		}
		return condition_walker(((FromExpr *) node)->quals, support);
	}
	return jointree_walker(((JoinExpr *) node)->larg, support) ||
		   jointree_walker(((JoinExpr *) node)->rarg, support) ||
		   condition_walker(((JoinExpr *) node)->quals, support);
}

/*
 * Tell whether every call in a query stands where NULL does as false.  The
 * call that is being simplified is still in the query, unless it came out of
 * a function in SQL; so if no other place can hold one, it is in a condition.
 */
static bool
is_all_conditions(PlannerInfo *root, Oid support)
{
	Query	 *parse = root->parse;
	Query	  rest;
	ListCell *lc;

	if (jointree_walker((Node *) parse->jointree, &support) ||
		condition_walker(parse->havingQual, &support) ||
		value_walker((Node *) root->append_rel_list, &support))
		return false;
	foreach (lc, parse->rtable)
	{
		if (condition_walker(
				(Node *) lfirst_node(RangeTblEntry, lc)->securityQuals,
				&support))
			return false;
	}

	/* all else is values */
	rest = *parse;
	rest.jointree = NULL;
	rest.havingQual = NULL;
	rest.rtable = NIL;
	if (query_tree_walker(&rest, value_walker, &support,
						  QTW_IGNORE_RT_SUBQUERIES))
		return false;
	foreach (lc, parse->rtable)
	{
		RangeTblEntry rte = *lfirst_node(RangeTblEntry, lc);

		rte.securityQuals = NIL;
		if (range_table_entry_walker(&rte, value_walker, &support,
									 QTW_IGNORE_RT_SUBQUERIES))
			return false;
	}
	return true;
}

/* Find a WHERE that is simplified as a part of the outer query. */
static bool
foreign_walker(Node *node, void *context)
{
	if (node == NULL || IsA(node, Query))
		return false;
	if (where_of_exists(node))
		return true;
	return expression_tree_walker(node, foreign_walker, context);
}

/*
 * Tell whether a row expression may stand in the result several times: a plain
 * reference to a row that is there, or a row of expressions without side
 * effects, each of which is then used for itself.
 */
static bool
is_plain_row(Node *row)
{
	while (IsA(row, FieldSelect) || IsA(row, RelabelType) ||
		   IsA(row, ConvertRowtypeExpr) || IsA(row, CoerceToDomain))
	{
		if (IsA(row, FieldSelect))
			row = (Node *) ((FieldSelect *) row)->arg;
		else if (IsA(row, RelabelType))
			row = (Node *) ((RelabelType *) row)->arg;
		else if (IsA(row, ConvertRowtypeExpr))
			row = (Node *) ((ConvertRowtypeExpr *) row)->arg;
		else
			row = (Node *) ((CoerceToDomain *) row)->arg;
	}
	if (IsA(row, RowExpr))
		return !contain_volatile_functions(row) && !contain_subplans(row);
	/*
	 * Not a function's argument or variable: no plan is told that its type
	 * was altered.
	 */
	return IsA(row, Var) || IsA(row, Const) ||
		   (IsA(row, Param) && ((Param *) row)->paramkind != PARAM_EXTERN);
}

/*
 * Give the row type of an expression; NULL if it is not known before run time.
 * That of the whole row of a subquery or of a WITH, which is a nameless
 * record, is in its range table entry.
 */
static TupleDesc
row_type_of(PlannerInfo *root, Node *row)
{
	TupleDesc	   desc = get_expr_result_tupdesc(row, true);
	Var			  *var = (Var *) row;
	RangeTblEntry *rte;
	ListCell	  *name;
	ListCell	  *lc;
	AttrNumber	   attno = 0;

	if (desc || root == NULL || !IsA(row, Var) || var->varlevelsup > 0 ||
		var->varattno != InvalidAttrNumber)
		return desc;
	/* a variable of another query has a number that means nothing here */
	if (root->parse->hasSubLinks &&
		query_tree_walker(root->parse, foreign_walker, NULL,
						  QTW_IGNORE_RT_SUBQUERIES |
							  QTW_IGNORE_CTE_SUBQUERIES))
		return NULL;
	rte = rt_fetch(var->varno, root->parse->rtable);
	desc = CreateTemplateTupleDesc(list_length(rte->eref->colnames));
	if (rte->rtekind == RTE_CTE &&
		list_length(rte->coltypes) == list_length(rte->eref->colnames))
	{
		for (attno = 1; attno <= desc->natts; attno++)
		{
			TupleDescInitEntry(
				desc, attno, strVal(list_nth(rte->eref->colnames, attno - 1)),
				list_nth_oid(rte->coltypes, attno - 1),
				list_nth_int(rte->coltypmods, attno - 1), 0);
			TupleDescInitEntryCollation(
				desc, attno, list_nth_oid(rte->colcollations, attno - 1));
		}
		return desc;
	}
	if (rte->rtekind != RTE_SUBQUERY || rte->subquery == NULL)
		return NULL;
	name = list_head(rte->eref->colnames);
	foreach (lc, rte->subquery->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		Node		*expr = (Node *) entry->expr;

		if (entry->resjunk)
			continue;
		TupleDescInitEntry(desc, ++attno, strVal(lfirst(name)), exprType(expr),
						   exprTypmod(expr), 0);
		TupleDescInitEntryCollation(desc, attno, exprCollation(expr));
		name = lnext(rte->eref->colnames, name);
	}
	return attno == desc->natts ? desc : NULL;
}

/* Translate a call, or give NULL to leave it as it is. */
static Node *
simplify_call(PlannerInfo *root, FuncExpr *call, Oid support)
{
	Node		*row;
	Const		*filter;
	Const		*ignore_case;
	FilterTarget target;
	FilterNode	*node;
	TupleDesc	 desc = NULL;
	Oid			 type;

	if (list_length(call->args) != 3)
		return NULL;
	row = linitial(call->args);
	if (!IsA(lsecond(call->args), Const) || !IsA(lthird(call->args), Const))
		return NULL;
	filter = lsecond_node(Const, call->args);
	ignore_case = lthird_node(Const, call->args);

	/* the type must be ours, whoever declared the function that calls us */
	if (filter->consttype !=
			GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid,
							CStringGetDatum("queryfilter"),
							ObjectIdGetDatum(get_func_namespace(support))) ||
		ignore_case->consttype != BOOLOID)
		return NULL;
	if (filter->constisnull || ignore_case->constisnull)
		return makeBoolConst(false, true);
	if (root && root->parse->groupingSets)
		return NULL;

	type = exprType(row);
	if (type == JSONBOID || type == JSONOID || type == TEXTOID)
	{
		if (contain_volatile_functions(row) || contain_subplans(row))
			return NULL;
		filter_target_init(&target, NULL, "the document");
		target.is_document = true;
		row = (Node *) filter_cast((Expr *) row, JSONBOID);
	}
	else
	{
		if (!is_plain_row(row))
			return NULL;
		desc = row_type_of(root, row);
		if (desc == NULL)
			return NULL;
		filter_target_init(&target, desc,
						   type == RECORDOID ? "the row"
											 : format_type_be(type));
	}
	target.row = row;
	target.ignore_case = DatumGetBool(ignore_case->constvalue);
	target.two_valued = root == NULL || !is_all_conditions(root, support);
	node = filter_from_datum(PG_DETOAST_DATUM_PACKED(filter->constvalue));

	/* what a support function returns is not simplified again */
	return eval_const_expressions(root,
								  (Node *) filter_to_expr(&target, node));
}

Datum
matches_support(PG_FUNCTION_ARGS)
{
	Node *request = (Node *) PG_GETARG_POINTER(0);
	Node *result = NULL;

	if (IsA(request, SupportRequestSimplify))
	{
		SupportRequestSimplify *simplify = (SupportRequestSimplify *) request;

		result = simplify_call(simplify->root, simplify->fcall,
							   fcinfo->flinfo->fn_oid);
	}
	PG_RETURN_POINTER(result);
}
