#include "platform/linux/bluez_devices.h"
#include "platform/linux/bluez_rfkill.h"
#include "tests/support/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *path_of(unsigned number, char path[static 64])
{
	(void)snprintf(path, 64, "/org/bluez/hci0/dev_00_00_00_%02X_%02X_%02X", number >> 16 & 255, number >> 8 & 255, number & 255);
	return path;
}

START_TEST(whoever_was_silent_for_longest_is_forgotten_first)
{
	static struct bluez_devices devices;
	struct bluez_facts facts = {.known = BLUEZ_KNOWS_BEACON | BLUEZ_KNOWS_ADDRESS_TYPE};
	struct bluez_facts nothing = {.known = BLUEZ_KNOWS_RSSI};
	char path[64];
	uint8_t each[BLUEZ_ADDRESS_SIZE];
	for (unsigned i = 0; i < 4 * BLUEZ_DEVICES_MAX; i++) {
		ck_assert(bluez_path_of_device(path_of(0, path), "/org/bluez/hci0", each));
		ck_assert_ptr_nonnull(bluez_devices_note(&devices, each, &facts, i)); /* the first is heard again and again */
		ck_assert(bluez_path_of_device(path_of(i + 1, path), "/org/bluez/hci0", each));
		ck_assert_ptr_nonnull(bluez_devices_note(&devices, each, &facts, i));
		ck_assert_uint_le(devices.count, BLUEZ_DEVICES_MAX);
	}
	ck_assert(bluez_path_of_device(path_of(1, path), "/org/bluez/hci0", each));
	ck_assert_ptr_null(bluez_devices_note(&devices, each, &nothing, 0));
	ck_assert(bluez_path_of_device(path_of(0, path), "/org/bluez/hci0", each));
	ck_assert_ptr_nonnull(bluez_devices_note(&devices, each, &nothing, 0));
	bluez_devices_drop(&devices, each);
	ck_assert_ptr_null(bluez_devices_note(&devices, each, &nothing, 0));
}
END_TEST

START_TEST(only_paths_of_the_right_shape_are_taken)
{
	static const char *const adapters[] = {"",
					       "/",
					       "/org/bluez",
					       "/org/bluez/",
					       "/org/bluez/hci0/",
					       "/org/bluez/hci0/dev_1",
					       "/org/other/hci0",
					       "/org/bluez/a_name_of_sixteen_or_more"};
	static const char *const devices[] = {
		"",
		"/org/bluez/hci0",
		"/org/bluez/hci0/dev_",
		"/org/bluez/hci0/dev_00_11_22_33_44",
		"/org/bluez/hci0/dev_00_11_22_33_44_5",
		"/org/bluez/hci0/dev_00_11_22_33_44_5G",
		"/org/bluez/hci0/dev_00_11_22_33_44_55_66",
		"/org/bluez/hci0/dev_00_11_22_33_44_55/service0001",
		"/org/bluez/hci0/dev_00:11:22:33:44:55",
		"/org/bluez/hci01/dev_00_11_22_33_44_55",
		"/org/bluez/hci1/dev_00_11_22_33_44_55",
	};
	static const uint8_t expected[] = {0x55, 0x44, 0x33, 0x22, 0x11, 0xab};
	char name[BLUEZ_ADAPTER_MAX];
	uint8_t address[BLUEZ_ADDRESS_SIZE];
	char back[64];
	for (size_t i = 0; i < sizeof adapters / sizeof *adapters; i++)
		ck_assert_msg(!bluez_path_of_adapter(adapters[i], name), "%s", adapters[i]);
	for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
		ck_assert_msg(!bluez_path_of_device(devices[i], "/org/bluez/hci0", address), "%s", devices[i]);
	ck_assert(bluez_path_of_adapter("/org/bluez/hci0", name));
	ck_assert_str_eq(name, "hci0");
	ck_assert(bluez_path_of_device("/org/bluez/hci0/dev_AB_11_22_33_44_55", "/org/bluez/hci0", address));
	ck_assert_mem_eq(address, expected, sizeof expected);
	bluez_path_to_device(back, sizeof back, "/org/bluez/hci0", address);
	ck_assert_str_eq(back, "/org/bluez/hci0/dev_AB_11_22_33_44_55");
}
END_TEST

static void write_switch(const char *folder, const char *name, const char *file, const char *word)
{
	char path[128];
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	(void)mkdir(path, 0700); /* it may be there already */
	(void)snprintf(path, sizeof path, "%s/%s/%s", folder, name, file);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, word, strlen(word)), (ssize_t)strlen(word));
	close(fd);
}

START_TEST(a_blocked_switch_is_found_by_the_name_of_its_adapter)
{
	char folder[] = "/tmp/barid-rfkill-XXXXXX";
	ck_assert_ptr_nonnull(mkdtemp(folder));
	write_switch(folder, "rfkill0", "name", "phy0\n");
	write_switch(folder, "rfkill0", "soft", "1\n");
	write_switch(folder, "rfkill0", "hard", "0\n");
	write_switch(folder, "rfkill1", "name", "hci0\n");
	write_switch(folder, "rfkill1", "soft", "0\n");
	write_switch(folder, "rfkill1", "hard", "0\n");
	ck_assert(!bluez_rfkill_blocked(folder, "hci0"));
	write_switch(folder, "rfkill1", "hard", "1\n");
	ck_assert(bluez_rfkill_blocked(folder, "hci0"));
	ck_assert(!bluez_rfkill_blocked(folder, "hci1"));
	ck_assert(!bluez_rfkill_blocked("/nowhere", "hci0"));
	char command[96];
	(void)snprintf(command, sizeof command, "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("bluez parts");
	TCase *tcase = tcase_create("bluez parts");
	tcase_add_test(tcase, whoever_was_silent_for_longest_is_forgotten_first);
	tcase_add_test(tcase, only_paths_of_the_right_shape_are_taken);
	tcase_add_test(tcase, a_blocked_switch_is_found_by_the_name_of_its_adapter);
	suite_add_tcase(suite, tcase);
	return suite;
}
