/*
 * tenant.h
 *		Whose events are stored.
 */
#ifndef SYNCLOG_TENANT_H
#define SYNCLOG_TENANT_H

extern char *tenant_setting;

extern bool	 tenant_hides_rows(Oid relid);
extern char *tenant_to_store(Oid relid);

#endif /* SYNCLOG_TENANT_H */
