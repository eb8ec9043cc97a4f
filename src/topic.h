/*
 * topic.h
 *		Which table a topic is.
 */
#ifndef SYNCLOG_TOPIC_H
#define SYNCLOG_TOPIC_H

extern Oid topic_relation(const char *name);

#endif /* SYNCLOG_TOPIC_H */
