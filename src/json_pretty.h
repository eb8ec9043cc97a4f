/*
 * json_pretty.h
 *		JSON text for people.
 */
#ifndef SYNCLOG_JSON_PRETTY_H
#define SYNCLOG_JSON_PRETTY_H

#include "lib/stringinfo.h"

extern void json_pretty(const char *json, int len, StringInfo out);

#endif /* SYNCLOG_JSON_PRETTY_H */
