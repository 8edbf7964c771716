/* The system's settings of Bluetooth and Wi-Fi, in folders that stand for a system. */

#include "platform/linux/syscheck.h"
#include "tests/support/suite.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64];
static struct syscheck_finding findings[SYSCHECK_FINDINGS_MAX];
static unsigned count;
static const struct syscheck_wish both = {.bluetooth = true, .wifi = true}, bluetooth = {.bluetooth = true}, wifi = {.wifi = true};

static const char main_conf[] = "/etc/bluetooth/main.conf";
static const char good_main_conf[] =
	"[General]\nName = device\nPrivacy = device\nControllerMode=le\nReverseServiceDiscovery = false\nDeviceID=false\n"
	"\n[GATT]\nCache = no\n";
static const char good_wpa[] = "ctrl_interface=DIR=/run/wpa_supplicant GROUP=netdev\nmac_addr=1\npreassoc_mac_addr=1\ngas_rand_mac_addr=1\n"
			       "network={\n\tssid=\"home\"\n\tmac_addr=0\n}\n";

/* Makes the file and the folders above it. */
static void put(const char *path, const char *text)
{
	char full[256];
	snprintf(full, sizeof full, "%s%s", root, path);
	for (char *slash = strchr(full + strlen(root) + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(full, 0700); /* most are there already */
		*slash = '/';
	}
	FILE *file = fopen(full, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static void take(const char *path)
{
	char full[256];
	snprintf(full, sizeof full, "%s%s", root, path);
	ck_assert_int_eq(unlink(full), 0);
}

/* A system on which all is well. */
static void start(void)
{
	strcpy(root, "/tmp/barid-syscheck-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	put("/usr/libexec/bluetooth/bluetoothd", "");
	put("/usr/sbin/wpa_supplicant", "");
	put("/etc/bluetooth/main.conf", good_main_conf);
	put("/etc/machine-info", "PRETTY_HOSTNAME=\"device\"\n");
	put("/etc/hostname", "amal-laptop\n");
	put("/proc/mounts", "/dev/sda1 / ext4 rw 0 0\ntmpfs /var/lib/bluetooth tmpfs rw 0 0\n");
	put("/etc/wpa_supplicant/wpa_supplicant.conf", good_wpa);
	put("/etc/passwd", "root:x:0:0::/:/bin/sh\nbaridd:x:999:999::/:/bin/false\n");
	put("/etc/group", "root:x:0:\nbluetooth:x:111:amal,baridd\nnetdev:x:112:baridd\n");
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
	(void)info; /* whatever it is, it goes */
	(void)kind;
	(void)walk;
	return remove(path);
}

static void stop(void)
{
	ck_assert_int_eq(nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void run(const struct syscheck_wish *wish)
{
	count = syscheck_run(root, wish, findings);
}

static bool has(enum syscheck_item item, const char *detail)
{
	for (unsigned i = 0; i < count; i++)
		if (findings[i].item == item && strcmp(findings[i].detail, detail) == 0)
			return true;
	return false;
}

/* With this text in this file there is exactly one finding, this one. */
static void expect_one(const struct syscheck_wish *wish, const char *path, const char *text, enum syscheck_item item, const char *detail)
{
	put(path, text);
	run(wish);
	ck_assert_msg(count == 1 && has(item, detail), "%u findings, first %d \"%s\", for: %s", count, (int)findings[0].item, findings[0].detail,
		      text);
}

START_TEST(a_system_on_which_all_is_well_has_no_findings)
{
	run(&both);
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(what_nobody_wishes_for_is_not_looked_at)
{
	take("/etc/bluetooth/main.conf");
	take("/etc/wpa_supplicant/wpa_supplicant.conf");
	take("/etc/group");
	run(&(struct syscheck_wish){.wifi_unable = true});
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(an_empty_system_lacks_the_programs_and_nothing_else)
{
	char empty[] = "/tmp/barid-syscheck-XXXXXX";
	ck_assert_ptr_nonnull(mkdtemp(empty));
	count = syscheck_run(empty, &both, findings);
	ck_assert_uint_eq(count, 2);
	ck_assert(has(SYSCHECK_BLUEZ_MISSING, "") && has(SYSCHECK_WPA_MISSING, ""));
	ck_assert_int_eq(rmdir(empty), 0);
}
END_TEST

START_TEST(the_defaults_of_bluez_give_a_device_away)
{
	put("/etc/bluetooth/main.conf", "[General]\n#Privacy = device\n; ControllerMode = le\n\n[GATT]\n#Cache = no\n");
	put("/etc/machine-info", "");
	put("/proc/mounts", "/dev/sda1 / ext4 rw 0 0\n");
	run(&bluetooth);
	ck_assert_uint_eq(count, 7);
	ck_assert(has(SYSCHECK_BLUETOOTH_ADDRESS, "/etc/bluetooth/main.conf"));
	ck_assert(has(SYSCHECK_BLUETOOTH_NAME, "amal-laptop"));
	ck_assert(has(SYSCHECK_BLUETOOTH_DISK, "/var/lib/bluetooth"));
	ck_assert(has(SYSCHECK_BLUETOOTH_CLASSIC, "/etc/bluetooth/main.conf"));
	ck_assert(has(SYSCHECK_BLUETOOTH_CACHE, "/etc/bluetooth/main.conf"));
	ck_assert(has(SYSCHECK_BLUETOOTH_REVERSE, "/etc/bluetooth/main.conf"));
	ck_assert(has(SYSCHECK_BLUETOOTH_VERSION, "/etc/bluetooth/main.conf"));
	take("/etc/bluetooth/main.conf");
	run(&bluetooth);
	ck_assert_uint_eq(count, 7);
}
END_TEST

START_TEST(a_setting_counts_in_its_section_and_the_last_one_wins)
{
	static const char path[] = "/etc/bluetooth/main.conf";
	char text[512];
	snprintf(text, sizeof text, "%s[General]\nPrivacy=off\n", good_main_conf);
	expect_one(&bluetooth, path, text, SYSCHECK_BLUETOOTH_ADDRESS, path);
	snprintf(text, sizeof text, "[General]\nPrivacy=off\n%s", good_main_conf);
	put(path, text);
	run(&bluetooth);
	ck_assert_uint_eq(count, 0);
	expect_one(&bluetooth, path,
		   "[General]\nControllerMode=le\nReverseServiceDiscovery=false\nDeviceID=false\n[GATT]\nPrivacy=device\nCache=no\n",
		   SYSCHECK_BLUETOOTH_ADDRESS, path);
	expect_one(&bluetooth, path,
		   "[General]\nControllerMode=le\nPrivacy=limited-device\nReverseServiceDiscovery=false\nDeviceID=false\n[GATT]\nCache=no\n",
		   SYSCHECK_BLUETOOTH_ADDRESS, path);
	expect_one(&bluetooth, path,
		   "[General]\nControllerMode=le\nPrivacyX=device\nReverseServiceDiscovery=false\nDeviceID=false\n[GATT]\nCache=no\n",
		   SYSCHECK_BLUETOOTH_ADDRESS, path);
}
END_TEST

START_TEST(classic_bluetooth_that_is_on_is_a_finding)
{
	static const char path[] = "/etc/bluetooth/main.conf";
	static const char dual[] = "[General]\nPrivacy=device\nReverseServiceDiscovery=false\nDeviceID=false\n[GATT]\nCache=no\n";
	expect_one(&bluetooth, path, dual, SYSCHECK_BLUETOOTH_CLASSIC, path);
}
END_TEST

START_TEST(a_name_of_its_own_is_told_and_shown_inert)
{
	expect_one(&bluetooth, "/etc/machine-info", "PRETTY_HOSTNAME=Amal's phone\n", SYSCHECK_BLUETOOTH_NAME, "Amal's phone");
	expect_one(&bluetooth, "/etc/machine-info", "ICON_NAME=x\n", SYSCHECK_BLUETOOTH_NAME, "amal-laptop");
	expect_one(&bluetooth, "/etc/hostname", "a\x1b[2Jb\n", SYSCHECK_BLUETOOTH_NAME, "a?[2Jb");
	put("/etc/hostname", "device\n");
	run(&bluetooth);
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(without_its_plugin_bluez_shows_the_name_of_its_settings)
{
	static const char drop_in[] = "/etc/systemd/system/bluetooth.service.d/barid.conf";
	put("/etc/machine-info", "");
	put(drop_in, "[Service]\nExecStart=\nExecStart=/usr/libexec/bluetooth/bluetoothd --noplugin=hostname\n");
	run(&bluetooth);
	ck_assert_uint_eq(count, 0);
	char text[sizeof good_main_conf];
	strcpy(text, good_main_conf);
	memcpy(strstr(text, "device"), "my-own", 6);
	expect_one(&bluetooth, main_conf, text, SYSCHECK_BLUETOOTH_NAME, "my-own");
	put(main_conf, good_main_conf);
	expect_one(&bluetooth, drop_in, "[Service]\nExecStart=\nExecStart=/usr/libexec/bluetooth/bluetoothd\n", SYSCHECK_BLUETOOTH_NAME,
		   "amal-laptop");
}
END_TEST

START_TEST(the_mount_that_is_nearest_counts)
{
	static const char folder[] = "/var/lib/bluetooth";
	expect_one(&bluetooth, "/proc/mounts", "tmpfs / tmpfs rw 0 0\n/dev/sda2 /var ext4 rw 0 0\n", SYSCHECK_BLUETOOTH_DISK, folder);
	expect_one(&bluetooth, "/proc/mounts", "/dev/sda1 / ext4 rw 0 0\ntmpfs /var/lib/blue tmpfs rw 0 0\n", SYSCHECK_BLUETOOTH_DISK, folder);
	put("/proc/mounts", "/dev/sda1 / ext4 rw 0 0\ntmpfs /var/lib tmpfs rw 0 0\n");
	run(&bluetooth);
	ck_assert_uint_eq(count, 0);
	put("/proc/mounts", "tmpfs /var/lib/bluetooth tmpfs rw 0 0\n/dev/sda2 /var ext4 rw 0 0\n");
	run(&bluetooth);
	ck_assert_uint_eq(count, 0);
	put("/proc/mounts", "/dev/sda1 / ext4 rw 0 0\n");
	expect_one(&bluetooth, "/etc/fstab", "tmpfs /var/lib/bluetooth tmpfs mode=0700 0 0\n", SYSCHECK_BLUETOOTH_PENDING, folder);
	expect_one(&bluetooth, "/etc/fstab", "#tmpfs /var/lib/bluetooth tmpfs mode=0700 0 0\n", SYSCHECK_BLUETOOTH_DISK, folder);
	expect_one(&bluetooth, "/etc/fstab", "/dev/sda3 /var/lib/bluetooth ext4 rw 0 0\n", SYSCHECK_BLUETOOTH_DISK, folder);
	expect_one(&bluetooth, "/etc/systemd/system/var-lib-bluetooth.mount", "", SYSCHECK_BLUETOOTH_PENDING, folder);
}
END_TEST

START_TEST(each_setting_of_wpa_supplicant_matters)
{
	static const char path[] = "/etc/wpa_supplicant/wpa_supplicant.conf", second[] = "/etc/wpa_supplicant/wpa_supplicant-wlan1.conf";
	static const char *const keys[] = {"mac_addr", "preassoc", "gas_rand"};
	char text[sizeof good_wpa + 64];
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		strcpy(text, good_wpa);
		*strstr(text, keys[i]) = '#';
		expect_one(&wifi, path, text, SYSCHECK_WPA_ADDRESS, path);
	}
	strcpy(text, good_wpa);
	*strstr(text, "ctrl_") = '#';
	expect_one(&wifi, path, text, SYSCHECK_WPA_SOCKET, path);
	strcpy(text, good_wpa);
	memcpy(strstr(text, "netdev"), "nobody", 6);
	expect_one(&wifi, path, text, SYSCHECK_WPA_SOCKET, path);
	put(path, good_wpa);
	snprintf(text, sizeof text, "%sp2p_device_random_mac_addr=1\n", good_wpa);
	expect_one(&(struct syscheck_wish){.wifi = true, .wifi_unable = true}, second, text, SYSCHECK_WPA_P2P_OFF, "p2p_device_random_mac_addr=1");
	run(&wifi);
	ck_assert_uint_eq(count, 0);
	snprintf(text, sizeof text, "%sp2p_disabled=1\n", good_wpa);
	expect_one(&wifi, second, text, SYSCHECK_WPA_P2P_OFF, "p2p_disabled=1");
	expect_one(&wifi, second, "ctrl_interface=DIR=/run/wpa_supplicant GROUP=netdev\n", SYSCHECK_WPA_ADDRESS, second);
}
END_TEST

START_TEST(a_setting_inside_a_network_is_not_one_of_all)
{
	static const char path[] = "/etc/wpa_supplicant/wpa_supplicant.conf";
	char text[sizeof good_wpa + 64];
	strcpy(text, good_wpa);
	*strstr(text, "mac_addr") = '#';
	strcat(text, "network={\nmac_addr=1\n}\n");
	expect_one(&wifi, path, text, SYSCHECK_WPA_ADDRESS, path);
	snprintf(text, sizeof text, "#network={\n%s", good_wpa);
	put(path, text);
	run(&wifi);
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(the_service_that_reads_no_file_has_no_findings)
{
	take("/etc/wpa_supplicant/wpa_supplicant.conf");
	put("/etc/wpa_supplicant/action_wpa.sh", "mac_addr=0\n");
	run(&wifi);
	ck_assert_uint_eq(count, 0);
}
END_TEST

/* Runs the install step on this root. */
static int set_up(const char *flags)
{
	char command[512];
	snprintf(command, sizeof command, "%s/node/radio-setup.sh %s --root %s >%s/said 2>&1", TEST_SOURCE_DIR, flags, root, root);
	return system(command);
}

START_TEST(what_is_found_is_what_the_install_step_mends)
{
	put("/usr/lib/systemd/system/bluetooth.service", "[Service]\nExecStart=/usr/libexec/bluetooth/bluetoothd -P sap\n");
	put("/etc/bluetooth/main.conf", "[General]\n#Privacy = off\nPrivacy=off\n\n[Policy]\nAutoEnable=true\n");
	put("/etc/machine-info", "");
	put("/proc/mounts", "/dev/sda1 / ext4 rw 0 0\n");
	put("/etc/wpa_supplicant/wpa_supplicant.conf", "p2p_disabled=1\nmac_addr=0\n");
	put("/etc/group", "bluetooth:x:111:\nnetdev:x:112:amal\n");
	run(&both);
	ck_assert_uint_eq(count, 12);
	ck_assert_int_ne(set_up("--check"), 0);
	run(&both);
	ck_assert_uint_eq(count, 12);
	ck_assert_int_eq(set_up("--yes"), 0);
	run(&both);
	ck_assert(count == 1 && has(SYSCHECK_BLUETOOTH_PENDING, "/var/lib/bluetooth"));
	put("/proc/mounts", "/dev/sda1 / ext4 rw 0 0\ntmpfs /var/lib/bluetooth tmpfs rw 0 0\n");
	run(&both);
	ck_assert_uint_eq(count, 0);
	ck_assert_int_eq(set_up("--check"), 0);
}
END_TEST

START_TEST(what_the_install_step_leaves_is_still_found)
{
	put("/usr/lib/systemd/system/bluetooth.service", "[Service]\nExecStart=/usr/libexec/bluetooth/bluetoothd\n");
	put("/etc/bluetooth/main.conf", "");
	put("/etc/machine-info", "");
	put("/proc/mounts", "/dev/sda1 / ext4 rw 0 0\n");
	ck_assert_int_ne(set_up("--yes --skip traces --skip classic"), 0);
	run(&both);
	ck_assert_uint_eq(count, 2);
	ck_assert(has(SYSCHECK_BLUETOOTH_DISK, "/var/lib/bluetooth"));
	ck_assert(has(SYSCHECK_BLUETOOTH_CLASSIC, "/etc/bluetooth/main.conf"));
}
END_TEST

START_TEST(a_kernel_that_crashes_is_told_to_who_uses_bluetooth)
{
	put("/proc/version", "Linux version 6.1.0-56-amd64 (x@debian.org) (gcc-12) #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-01)\n");
	run(&bluetooth);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(findings[0].item, SYSCHECK_KERNEL);
	ck_assert_str_eq(findings[0].detail, "6.1.192-2");
	run(&wifi);
	ck_assert_uint_eq(count, 0);
	put("/proc/version", "Linux version 6.1.0-50-amd64 (x@debian.org) (gcc-12) #1 SMP PREEMPT_DYNAMIC Debian 6.1.176-1 (2026-06-01)\n");
	run(&bluetooth);
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(the_posts_user_belongs_to_both_groups)
{
	expect_one(&both, "/etc/group", "bluetooth:x:111:amal,baridd2\nnetdev:x:112:baridd\n", SYSCHECK_GROUP, "bluetooth");
	expect_one(&both, "/etc/group", "bluetooth:x:111:baridd,amal\nnetdev:x:112:\n", SYSCHECK_GROUP, "netdev");
	put("/etc/passwd", "root:x:0:0::/:/bin/sh\nbaridd2:x:1:1::/:/bin/sh\n");
	run(&both);
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(a_device_is_there_when_the_kernel_shows_one)
{
	ck_assert(!syscheck_has_bluetooth(root));
	ck_assert(!syscheck_has_wifi(root));
	put("/sys/class/bluetooth/hci0/uevent", "");
	put("/sys/class/net/eth0/address", "");
	ck_assert(syscheck_has_bluetooth(root));
	ck_assert(!syscheck_has_wifi(root));
	put("/sys/class/net/wlan0/phy80211/name", "");
	ck_assert(syscheck_has_wifi(root));
}
END_TEST

START_TEST(files_that_are_no_settings_stop_nobody)
{
	char full[128];
	take("/etc/bluetooth/main.conf");
	snprintf(full, sizeof full, "%s/etc/bluetooth/main.conf", root);
	ck_assert_int_eq(mkfifo(full, 0600), 0);
	static char noise[20000];
	for (size_t i = 0; i + 1 < sizeof noise; i++)
		noise[i] = (char)(i * 7 % 251 + 1);
	put("/etc/machine-info", noise);
	put("/proc/mounts", noise);
	put("/etc/wpa_supplicant/wpa_supplicant.conf", noise);
	put("/etc/group", noise);
	run(&both);
	ck_assert(has(SYSCHECK_BLUETOOTH_ADDRESS, "/etc/bluetooth/main.conf"));
	ck_assert(has(SYSCHECK_WPA_ADDRESS, "/etc/wpa_supplicant/wpa_supplicant.conf"));
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("syscheck");
	TCase *tcase = tcase_create("syscheck");
	tcase_add_checked_fixture(tcase, start, stop);
	tcase_add_test(tcase, a_system_on_which_all_is_well_has_no_findings);
	tcase_add_test(tcase, what_nobody_wishes_for_is_not_looked_at);
	tcase_add_test(tcase, an_empty_system_lacks_the_programs_and_nothing_else);
	tcase_add_test(tcase, the_defaults_of_bluez_give_a_device_away);
	tcase_add_test(tcase, a_setting_counts_in_its_section_and_the_last_one_wins);
	tcase_add_test(tcase, classic_bluetooth_that_is_on_is_a_finding);
	tcase_add_test(tcase, a_name_of_its_own_is_told_and_shown_inert);
	tcase_add_test(tcase, without_its_plugin_bluez_shows_the_name_of_its_settings);
	tcase_add_test(tcase, the_mount_that_is_nearest_counts);
	tcase_add_test(tcase, each_setting_of_wpa_supplicant_matters);
	tcase_add_test(tcase, a_setting_inside_a_network_is_not_one_of_all);
	tcase_add_test(tcase, the_service_that_reads_no_file_has_no_findings);
	tcase_add_test(tcase, what_is_found_is_what_the_install_step_mends);
	tcase_add_test(tcase, what_the_install_step_leaves_is_still_found);
	tcase_add_test(tcase, a_kernel_that_crashes_is_told_to_who_uses_bluetooth);
	tcase_add_test(tcase, the_posts_user_belongs_to_both_groups);
	tcase_add_test(tcase, a_device_is_there_when_the_kernel_shows_one);
	tcase_add_test(tcase, files_that_are_no_settings_stop_nobody);
	suite_add_tcase(suite, tcase);
	return suite;
}
