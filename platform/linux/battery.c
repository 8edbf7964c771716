#include "platform/linux/battery.h"

#include "platform/linux/sysfs.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void battery_open(struct battery *battery, const char *root)
{
	*battery = (struct battery){.level = DUTY_BATTERY_UNKNOWN};
	const char *folder = root ? root : "/sys/class/power_supply";
	size_t len = strlen(folder);
	if (len < sizeof battery->root)
		memcpy(battery->root, folder, len + 1);
}

/* Takes one supply into account: *level is that of the fullest battery so far, DUTY_BATTERY_UNKNOWN if there is none yet. */
static void look_at(int supply, bool *battery, bool *mains, uint8_t *level)
{
	char word[SYSFS_WORD_MAX];
	sysfs_word(supply, "scope", word);
	if (!strcmp(word, "Device"))
		return; /* a mouse's */
	sysfs_word(supply, "type", word);
	if (strcmp(word, "Battery") != 0) {
		sysfs_word(supply, "online", word);
		*mains = *mains || !strcmp(word, "1");
		return;
	}
	*battery = true;
	sysfs_word(supply, "status", word);
	*mains = *mains || !strcmp(word, "Charging") || !strcmp(word, "Full");
	sysfs_word(supply, "capacity", word);
	char *end;
	unsigned long percent = strtoul(word, &end, 10);
	if (end == word || *end || percent > 100)
		return;
	if (*level == DUTY_BATTERY_UNKNOWN || percent > *level)
		*level = (uint8_t)percent;
}

static uint8_t look(const char *root)
{
	DIR *folder = root[0] ? opendir(root) : NULL;
	if (!folder)
		return DUTY_BATTERY_UNKNOWN;
	bool battery = false, mains = false;
	uint8_t level = DUTY_BATTERY_UNKNOWN;
	unsigned looked = 0;
	for (const struct dirent *entry = readdir(folder); entry && looked < BATTERY_SUPPLIES_MAX; entry = readdir(folder)) {
		if (entry->d_name[0] == '.')
			continue;
		looked++;
		int supply = openat(dirfd(folder), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (supply < 0)
			continue;
		look_at(supply, &battery, &mains, &level);
		close(supply);
	}
	closedir(folder);
	return mains || !battery ? DUTY_BATTERY_MAINS : level;
}

uint8_t battery_level(struct battery *battery, uint64_t now_ms)
{
	if (battery->looked && now_ms - battery->looked_ms < BATTERY_LOOK_MS)
		return battery->level;
	battery->looked = true;
	battery->looked_ms = now_ms;
	battery->level = look(battery->root);
	return battery->level;
}
