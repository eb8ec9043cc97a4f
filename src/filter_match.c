/*
 * filter_match.c
 *		matches() at run time and to_sql(): the translated expression compiled,
 *		and the translated expression as text.  What a filter means is decided
 *		by the translator alone.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_type_d.h"
#include "executor/executor.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "funcapi.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/typcache.h"

#include "compat.h"
#include "filter.h"
#include "settings.h"

PG_FUNCTION_INFO_V1(matches_record);
PG_FUNCTION_INFO_V1(matches_document);
PG_FUNCTION_INFO_V1(to_sql);

/* A filter compiled for a row type. */
typedef struct CompiledFilter
{
	MemoryContext context; /* holds all of this */

	/* the key */
	struct varlena *filter;
	bool			ignore_case;
	Oid				type;
	int32			typmod;
	uint64			identifier; /* of the row type's present shape */

	EState		   *estate;
	ExprContext	   *econtext;
	TupleTableSlot *slot;
	ExprState	   *state;
} CompiledFilter;

/*
 * What fn_extra holds: the filters used last, the last one first, since a join
 * with a table of filters comes to each of them again and again.
 */
#define MAX_COMPILED 16
#define MAX_COMPILED_BYTES (64 * 1024) /* of their texts, beside the first */

typedef struct CompiledFilters
{
	CompiledFilter *filters[MAX_COMPILED];
} CompiledFilters;

/* Tell whether a compiled filter is for these arguments. */
static bool
is_compiled_for(CompiledFilter *compiled, struct varlena *filter,
				bool ignore_case, Oid type, int32 typmod, uint64 identifier)
{
	Size size = VARSIZE_ANY_EXHDR(filter);

	return compiled->ignore_case == ignore_case && compiled->type == type &&
		   compiled->typmod == typmod && compiled->identifier == identifier &&
		   VARSIZE_ANY_EXHDR(compiled->filter) == size &&
		   memcmp(VARDATA_ANY(compiled->filter), VARDATA_ANY(filter), size) ==
			   0;
}

/* Translate and compile a filter for rows of a descriptor. */
static CompiledFilter *
compile_filter(MemoryContext parent, struct varlena *filter, bool ignore_case,
			   TupleDesc desc, bool is_document)
{
	MemoryContext context = AllocSetContextCreate(
		CurrentMemoryContext, "synclog filter", ALLOCSET_SMALL_SIZES);
	MemoryContext	old = MemoryContextSwitchTo(context);
	CompiledFilter *compiled = palloc0(sizeof(CompiledFilter));
	FilterTarget	target;
	FilterNode	   *node;
	Expr		   *expr;

	compiled->context = context;
	compiled->filter = palloc(VARSIZE_ANY(filter));
	memcpy(compiled->filter, filter, VARSIZE_ANY(filter));
	compiled->ignore_case = ignore_case;
	desc = desc ? CreateTupleDescCopy(desc) : NULL;

	filter_target_init(&target, desc,
					   is_document ? "the document"
					   : desc && desc->tdtypeid != RECORDOID
						   ? format_type_be(desc->tdtypeid)
						   : "the row");
	target.is_document = is_document;
	target.ignore_case = ignore_case;
	node = filter_from_datum(compiled->filter);
	expr = filter_to_expr(&target, node);

	compiled->estate = CreateExecutorState();
	compiled->econtext = CreateExprContext(compiled->estate);
	compiled->slot = MakeSingleTupleTableSlot(
		desc ? desc : CreateTemplateTupleDesc(0), &TTSOpsHeapTuple);
	compiled->econtext->ecxt_scantuple = compiled->slot;
	compiled->state = ExecPrepareExpr(expr, compiled->estate);
	MemoryContextSwitchTo(old);
	/* not before: an error leaves nothing behind in a parent that lives long
	 */
	MemoryContextSetParent(context, parent);
	return compiled;
}

/* Find a compiled filter for these arguments, and make it the first. */
static CompiledFilter *
recall_filter(FmgrInfo *flinfo, struct varlena *filter, bool ignore_case,
			  Oid type, int32 typmod, uint64 identifier)
{
	CompiledFilters *cache = flinfo->fn_extra;
	CompiledFilter	*found;

	for (int i = 0; cache && i < MAX_COMPILED && cache->filters[i]; i++)
	{
		found = cache->filters[i];
		if (!is_compiled_for(found, filter, ignore_case, type, typmod,
							 identifier))
			continue;
		memmove(cache->filters + 1, cache->filters,
				i * sizeof(CompiledFilter *));
		cache->filters[0] = found;
		return found;
	}
	return NULL;
}

/* Keep a compiled filter as the first; those that have no room are freed. */
static void
remember_filter(FmgrInfo *flinfo, CompiledFilter *compiled)
{
	CompiledFilters *cache = flinfo->fn_extra;
	CompiledFilter	*old[MAX_COMPILED];
	Size			 size = VARSIZE_ANY(compiled->filter);
	int				 nkept = 1;

	if (cache == NULL)
		cache = flinfo->fn_extra =
			MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(CompiledFilters));
	memcpy(old, cache->filters, sizeof(old));
	memset(cache->filters, 0, sizeof(cache->filters));
	cache->filters[0] = compiled;
	for (int i = 0; i < MAX_COMPILED && old[i]; i++)
	{
		size += VARSIZE_ANY(old[i]->filter);
		if (nkept < MAX_COMPILED && size <= MAX_COMPILED_BYTES)
			cache->filters[nkept++] = old[i];
		else
		{
			FreeExecutorState(old[i]->estate);
			MemoryContextDelete(old[i]->context);
		}
	}
}

/*
 * Run a compiled filter over a tuple; a NULL tuple is a row whose fields are
 * all missing, and NULL is false.
 */
static bool
run_filter(CompiledFilter *compiled, HeapTuple tuple)
{
	bool  isnull;
	Datum result;

	if (tuple)
		ExecStoreHeapTuple(tuple, compiled->slot, false);
	else
		ExecStoreAllNullTuple(compiled->slot);
	ResetExprContext(compiled->econtext);
	result = ExecEvalExprSwitchContext(compiled->state, compiled->econtext,
									   &isnull);
	ExecClearTuple(compiled->slot);
	return !isnull && DatumGetBool(result);
}

Datum
matches_record(PG_FUNCTION_ARGS)
{
	CompiledFilter *compiled;
	HeapTupleHeader header = NULL;
	HeapTupleData	data;
	HeapTuple		tuple = NULL;
	struct varlena *filter;
	bool			ignore_case;
	Oid				type;
	int32			typmod = -1;
	uint64			identifier = 0;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	filter = PG_GETARG_VARLENA_PP(1);
	ignore_case = PG_GETARG_BOOL(2);

	if (PG_ARGISNULL(0))
		type = getBaseType(get_fn_expr_argtype(fcinfo->flinfo, 0));
	else
	{
		header = PG_GETARG_HEAPTUPLEHEADER(0);
		type = HeapTupleHeaderGetTypeId(header);
		typmod = HeapTupleHeaderGetTypMod(header);
		tuple = &data;
		tuple->t_len = HeapTupleHeaderGetDatumLength(header);
		ItemPointerSetInvalid(&tuple->t_self);
		tuple->t_tableOid = InvalidOid;
		tuple->t_data = header;
	}
	/* of a NULL record nothing is known, and nothing needs to be */
	if (header || (OidIsValid(type) && type != RECORDOID))
		identifier = assign_record_type_identifier(type, typmod);

	compiled = recall_filter(fcinfo->flinfo, filter, ignore_case, type, typmod,
							 identifier);
	if (compiled == NULL)
	{
		TupleDesc desc =
			identifier ? lookup_rowtype_tupdesc(type, typmod) : NULL;

		compiled = compile_filter(fcinfo->flinfo->fn_mcxt, filter, ignore_case,
								  desc, false);
		compiled->type = type;
		compiled->typmod = typmod;
		compiled->identifier = identifier;
		remember_filter(fcinfo->flinfo, compiled);
		if (desc)
			ReleaseTupleDesc(desc);
	}
	/* a trigger's row may be older than a column and its default */
	if (header && HeapTupleHeaderGetNatts(header) <
					  compiled->slot->tts_tupleDescriptor->natts)
	{
		TupleDesc desc = lookup_rowtype_tupdesc(type, typmod);

		tuple = heap_expand_tuple(tuple, desc);
		ReleaseTupleDesc(desc);
	}
	PG_RETURN_BOOL(run_filter(compiled, tuple));
}

Datum
matches_document(PG_FUNCTION_ARGS)
{
	CompiledFilter *compiled;
	struct varlena *filter;
	bool			ignore_case;
	bool			isnull = PG_ARGISNULL(0);
	Datum			document = isnull ? (Datum) 0 : PG_GETARG_DATUM(0);
	HeapTuple		tuple;
	bool			result;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	filter = PG_GETARG_VARLENA_PP(1);
	ignore_case = PG_GETARG_BOOL(2);

	compiled =
		recall_filter(fcinfo->flinfo, filter, ignore_case, JSONBOID, -1, 0);
	if (compiled == NULL)
	{
		TupleDesc desc = CreateTemplateTupleDesc(1);

		TupleDescInitEntry(desc, 1, "document", JSONBOID, -1, 0);
		compiled = compile_filter(fcinfo->flinfo->fn_mcxt, filter, ignore_case,
								  desc, true);
		compiled->type = JSONBOID;
		compiled->typmod = -1;
		remember_filter(fcinfo->flinfo, compiled);
	}
	/* json and text are jsonb's input */
	if (!isnull && get_fn_expr_argtype(fcinfo->flinfo, 0) != JSONBOID)
		document = DirectFunctionCall1(
			jsonb_in, CStringGetDatum(TextDatumGetCString(document)));
	tuple = heap_form_tuple(compiled->slot->tts_tupleDescriptor, &document,
							&isnull);
	result = run_filter(compiled, tuple);
	heap_freetuple(tuple);
	PG_RETURN_BOOL(result);
}

/* Write collations as COLLATE again, since simplified ones are not printed. */
static Node *
collate_mutator(Node *node, void *context)
{
	RelabelType *relabel;
	CollateExpr *collate;

	if (node == NULL)
		return NULL;
	node = expression_tree_mutator(node, collate_mutator, context);
	relabel = (RelabelType *) node;
	if (!IsA(node, RelabelType) ||
		relabel->resultcollid == exprCollation((Node *) relabel->arg) ||
		!OidIsValid(exprCollation((Node *) relabel->arg)))
		return node;
	collate = makeNode(CollateExpr);
	collate->arg = relabel->arg;
	collate->collOid = relabel->resultcollid;
	collate->location = -1;
	return (Node *) collate;
}

/* Deparse an expression so that it means the same under any settings. */
static char *
deparse(Expr *expr, const char *alias, Oid relid, bool qualify)
{
	int	  nestlevel = settings_pin();
	char *result;

	result = deparse_expression(
		(Node *) expr, deparse_context_for(alias, relid), qualify, false);
	settings_unpin(nestlevel);
	return result;
}

Datum
to_sql(PG_FUNCTION_ARGS)
{
	Relation	 relation;
	FilterTarget target;
	FilterNode	*node;
	Expr		*expr;
	char		*name;
	char		*alias = NULL;
	char		*result;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(3))
		PG_RETURN_NULL();
	relation = filter_open_relation(PG_GETARG_OID(1));
	name = pstrdup(RelationGetRelationName(relation));
	if (!PG_ARGISNULL(2))
		alias = text_to_cstring(PG_GETARG_TEXT_PP(2));

	filter_target_init(&target, RelationGetDescr(relation), name);
	target.ignore_case = PG_GETARG_BOOL(3);
	node = filter_from_datum(PG_GETARG_VARLENA_PP(0));
	expr = filter_to_expr(&target, node);
	expr = (Expr *) eval_const_expressions(NULL, (Node *) expr);
	expr = (Expr *) collate_mutator((Node *) expr, NULL);
	result = deparse(expr, alias ? alias : name, RelationGetRelid(relation),
					 alias != NULL);
	relation_close(relation, AccessShareLock);
	PG_RETURN_TEXT_P(cstring_to_text(result));
}
