/*
 * topic.h
 *		Which table a topic is, what a table is called, and whose it is.
 */
#ifndef SYNCLOG_TOPIC_H
#define SYNCLOG_TOPIC_H

extern Oid	 topic_relation(const char *name);
extern char *qualified_name(Oid relid);
extern Oid	 owner_of(Oid relid);

#endif /* SYNCLOG_TOPIC_H */
