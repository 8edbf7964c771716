#include "platform/linux/bluez_rfkill.h"

#include "platform/linux/sysfs.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

enum { SWITCHES_MAX = 64 };

/* What a file of a switch says; empty if there is none. */
static void read_switch(int dir, const char *name, const char *file, char word[static SYSFS_WORD_MAX])
{
	char path[300];
	int len = snprintf(path, sizeof path, "%s/%s", name, file);
	word[0] = 0;
	if (len > 0 && (size_t)len < sizeof path)
		sysfs_word(dir, path, word);
}

static bool is_on(int dir, const char *name, const char *file)
{
	char word[SYSFS_WORD_MAX];
	read_switch(dir, name, file, word);
	return !strcmp(word, "1");
}

bool bluez_rfkill_blocked(const char *folder, const char *adapter)
{
	DIR *switches = opendir(folder);
	if (!switches)
		return false;
	int dir = dirfd(switches);
	bool blocked = false;
	const struct dirent *each;
	for (unsigned i = 0; i < SWITCHES_MAX && !blocked && (each = readdir(switches)); i++) {
		char word[SYSFS_WORD_MAX];
		read_switch(dir, each->d_name, "name", word);
		blocked = !strcmp(word, adapter) && (is_on(dir, each->d_name, "soft") || is_on(dir, each->d_name, "hard"));
	}
	closedir(switches);
	return blocked;
}
