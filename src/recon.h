/*
 * recon.h
 *		Reconciliations in one object.
 */
#ifndef SYNCLOG_RECON_H
#define SYNCLOG_RECON_H

#include "page.h"

extern void recon_print_grouped(const PageRequest *request, StringInfo out);

#endif /* SYNCLOG_RECON_H */
