/*
 * settings.h
 *		Settings under which text means the same everywhere.
 */
#ifndef SYNCLOG_SETTINGS_H
#define SYNCLOG_SETTINGS_H

extern int	settings_pin(void);
extern void settings_unpin(int nestlevel);

#endif /* SYNCLOG_SETTINGS_H */
