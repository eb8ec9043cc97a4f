/*
 * settings.c
 *		The settings that the text of values depends on, set aside for a
 *		while, so that text written under one session's settings can be read
 *		under another's.  It knows nothing of what is written.
 */
#include "postgres.h"

#include "utils/guc.h"

#include "settings.h"

/* Pin the settings; an error lets go of them by itself. */
int
settings_pin(void)
{
	static const char *const settings[][2] = {
		{"datestyle", "ISO"},		   {"timezone", "UTC"},
		{"intervalstyle", "postgres"}, {"extra_float_digits", "3"},
		{"lc_monetary", "C"},		   {"standard_conforming_strings", "on"},
		{"search_path", "pg_catalog"}, {"array_nulls", "on"},
	};
	int nestlevel = NewGUCNestLevel();

	for (int i = 0; i < lengthof(settings); i++)
		(void) set_config_option(settings[i][0], settings[i][1], PGC_USERSET,
								 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
								 false);
	return nestlevel;
}

/* Let go of the settings. */
void
settings_unpin(int nestlevel)
{
	AtEOXact_GUC(true, nestlevel);
}
