/*
 * attempt.h
 *		What may fail and leave no trace.
 */
#ifndef SYNCLOG_ATTEMPT_H
#define SYNCLOG_ATTEMPT_H

extern ErrorData *attempt(void (*action)(void *), void *arg);

#endif /* SYNCLOG_ATTEMPT_H */
