#include "platform/linux/sysfs.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void sysfs_word(int folder, const char *path, char word[static SYSFS_WORD_MAX])
{
	word[0] = 0;
	int fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return;
	ssize_t got = read(fd, word, SYSFS_WORD_MAX - 1);
	close(fd);
	word[got > 0 ? got : 0] = 0;
	word[strcspn(word, "\n")] = 0;
}
