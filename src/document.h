/*
 * document.h
 *		Events of documents that have names of their own for members.
 */
#ifndef SYNCLOG_DOCUMENT_H
#define SYNCLOG_DOCUMENT_H

#include "lib/stringinfo.h"

#include "field.h"

extern void document_rename(TupleDesc desc, const RowShape *shape,
							StringInfo text);

#endif /* SYNCLOG_DOCUMENT_H */
