#ifndef BARID_PLATFORM_LINUX_SYSFS_H
#define BARID_PLATFORM_LINUX_SYSFS_H
/* The short files below /sys that hold one word each. Never waits. */

enum { SYSFS_WORD_MAX = 32 }; /* with its NUL */

/* The first line of the file at path below an open folder, shortened to fit; empty if there is none. */
void sysfs_word(int folder, const char *path, char word[static SYSFS_WORD_MAX]);

#endif
