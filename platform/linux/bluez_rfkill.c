#include "platform/linux/bluez_rfkill.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SWITCHES_MAX = 64, WORD_MAX = 32 };

/* The first line of DIR/SWITCH/FILE, shortened to fit; empty if there is none. */
static void read_word(int dir, const char *name, const char *file, char word[static WORD_MAX])
{
	char path[300];
	word[0] = 0;
	int len = snprintf(path, sizeof path, "%s/%s", name, file);
	int fd = len > 0 && (size_t)len < sizeof path ? openat(dir, path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0)
		return;
	ssize_t got = read(fd, word, WORD_MAX - 1);
	close(fd);
	word[got > 0 ? got : 0] = 0;
	word[strcspn(word, "\n")] = 0;
}

static bool is_on(int dir, const char *name, const char *file)
{
	char word[WORD_MAX];
	read_word(dir, name, file, word);
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
		char word[WORD_MAX];
		read_word(dir, each->d_name, "name", word);
		blocked = !strcmp(word, adapter) && (is_on(dir, each->d_name, "soft") || is_on(dir, each->d_name, "hard"));
	}
	closedir(switches);
	return blocked;
}
