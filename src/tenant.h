/*
 * tenant.h
 *		Whose events are seen and stored.
 */
#ifndef SYNCLOG_TENANT_H
#define SYNCLOG_TENANT_H

#include "utils/relcache.h"

extern char *tenant_setting;

extern bool	 tenant_hides_rows(Oid relid);
extern char *tenant_to_see(Relation relation);
extern char *tenant_to_store(Oid relid);

#endif /* SYNCLOG_TENANT_H */
