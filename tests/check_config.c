#include "node/config.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

static struct config config;
static char error[CONFIG_ERROR_MAX];

static void start(void)
{
	config_init(&config);
	*error = 0;
}

static bool text(const char *content)
{
	return config_text(&config, "barid.conf", (const uint8_t *)content, strlen(content), error);
}

/* The content is refused, with this line number and this word in the sentence. */
static void refused(const char *content, const char *where, const char *word)
{
	start();
	ck_assert_msg(!text(content), "taken: %s", content);
	ck_assert_msg(!strncmp(error, where, strlen(where)), "%s", error);
	ck_assert_msg(strstr(error, word) != NULL, "%s", error);
}

#define KEY "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

START_TEST(a_whole_file_is_understood)
{
	ck_assert_msg(
		text("# a comment\n[post]\nlisten = [::]:4800\npeer = 10.0.0.2:1\npeer=host.example:65535 ; another\nlan = wlan0\n"
		     "bluetooth = hci1\nbluetooth_rotation = 600\nwifi_direct = wlan1\nstore_max = 512K\ncontrol = "
		     "/run/barid/ctl.sock\ntrust = medics.card\ntrust = /etc/barid/buses.card\n\n"
		     "[gateway]\nconnect = gate.example:4900\nkey = " KEY
		     "\nlisten = :4900\n[store]\ndatabase = postgresql://barid@[::1]:5433/letters?passfile=/p\n[link]\npsk_file = /etc/barid/psk\n"),
		"%s", error);
	ck_assert(config_finish(&config, error));
	ck_assert_str_eq(config.listen.host, "::");
	ck_assert_str_eq(config.listen.port, "4800");
	ck_assert_uint_eq(config.peer_count, 2);
	ck_assert_str_eq(config.peers[1].host, "host.example");
	ck_assert_str_eq(config.peers[1].port, "65535");
	ck_assert_str_eq(config.lan, "wlan0");
	ck_assert_str_eq(config.bluetooth, "hci1");
	ck_assert_uint_eq(config.rotation_s, 600);
	ck_assert_str_eq(config.wifi_direct, "wlan1");
	ck_assert_uint_eq(config.store_max_bytes, 512 << 10);
	ck_assert_str_eq(config.control, "/run/barid/ctl.sock");
	ck_assert_uint_eq(config.trust_count, 2);
	ck_assert_str_eq(config.trust[1], "/etc/barid/buses.card");
	ck_assert_str_eq(config.gateway.host, "gate.example");
	ck_assert_uint_eq(config.gateway_key[1], 0x11);
	ck_assert_uint_eq(config.gateway_key[31], 0xff);
	ck_assert_str_eq(config.gateway_listen.host, "");
	ck_assert_str_eq(config.psk_file, "/etc/barid/psk");
	ck_assert_str_eq(config.database, "postgresql://barid@[::1]:5433/letters?passfile=/p");
}
END_TEST

START_TEST(what_is_wrong_is_told_with_its_line)
{
	refused("[post]\n\nlisten = nonsense\n", "barid.conf:3: ", "listen");
	refused("[post]\nlisten = 1.2.3.4:99999\n", "barid.conf:2: ", "HOST:PORT");
	refused("[post]\npeer = :4800\n", "barid.conf:2: ", "peer");
	refused("[post]\npeer = host:0\n", "barid.conf:2: ", "peer");
	refused("[post]\nlan = a-name-that-is-too-long\n", "barid.conf:2: ", "interface");
	refused("[post]\nbluetooth = a/b\n", "barid.conf:2: ", "hci0");
	refused("[post]\nwifi_direct = a b\n", "barid.conf:2: ", "Wi-Fi");
	refused("[post]\nbluetooth_rotation = 29\n", "barid.conf:2: ", "30 to 1100");
	refused("[post]\nbluetooth_rotation = 1101\n", "barid.conf:2: ", "30 to 1100");
	refused("[post]\nbluetooth_rotation = soon\n", "barid.conf:2: ", "seconds");
	refused("[post]\nstore_max = 64X\n", "barid.conf:2: ", "64M");
	refused("[post]\nstore_max = 1K\n", "barid.conf:2: ", "256K");
	refused("[store]\ndatabase = letters\n", "barid.conf:2: ", "postgresql://USER@HOST/NAME");
	refused("[store]\ndatabase = postgresql://\n", "barid.conf:2: ", "postgresql://USER@HOST/NAME");
	refused("[store]\ndatabase = postgresql://a@h/a b\n", "barid.conf:2: ", "postgresql://USER@HOST/NAME");
	refused("[store]\ndatabase = postgresql://a:secret@h/a\n", "barid.conf:2: ", "password");
	refused("[store]\ndatabase = postgresql://a@h/a?password=secret\n", "barid.conf:2: ", "password");
	refused("[gateway]\nkey = 1234\n", "barid.conf:2: ", "64 hex");
	refused("[post]\ntrust =\n", "barid.conf:2: ", "trust");
	refused("[post]\ntrust=1\ntrust=2\ntrust=3\ntrust=4\ntrust=5\ntrust=6\ntrust=7\ntrust=8\ntrust=9\n", "barid.conf:10: ", "8 times");
	refused("[post]\nfrequency = 7\n", "barid.conf:2: ", "frequency");
	refused("[radio]\nlisten = :1\n", "barid.conf:2: ", "listen");
	refused("listen = :1\n", "barid.conf:1: ", "section");
	refused("[post]\nlisten\n", "barid.conf:2: ", "key = value");
	refused("[post\nlisten = :1\n", "barid.conf:1: ", "[section]");
	refused("[post]\nlisten = :1\nlisten = :2\n", "barid.conf:3: ", "twice");
}
END_TEST

START_TEST(the_first_mistake_is_the_one_told)
{
	refused("[post]\nlisten\nstore_max = no\n", "barid.conf:2: ", "key = value");
	refused("[post]\nstore_max = no\nlisten\n", "barid.conf:2: ", "store_max");
}
END_TEST

START_TEST(a_line_that_is_too_long_is_not_cut_in_two)
{
	char content[600] = "[post]\ncontrol = /";
	size_t len = strlen(content);
	memset(content + len, 'x', 400);
	memcpy(content + len + 400, "\n", 2);
	refused(content, "barid.conf:2: ", "too long");
}
END_TEST

START_TEST(bytes_that_are_no_text_are_refused)
{
	static const char content[] = "[post]\nlisten = :1\0:2\n";
	ck_assert(!config_text(&config, "barid.conf", (const uint8_t *)content, sizeof content - 1, error));
	ck_assert_str_eq(error, "barid.conf:2: this is not text");
}
END_TEST

START_TEST(a_flag_wins_over_the_file_and_the_file_must_be_right_all_the_same)
{
	ck_assert(config_flag(&config, CONFIG_STORE_MAX, "1M", error));
	ck_assert(config_flag(&config, CONFIG_PEER, "a:1", error));
	ck_assert(config_flag(&config, CONFIG_PEER, "b:2", error));
	ck_assert(text("[post]\nstore_max = 2M\npeer = c:3\nlisten = :4800\n"));
	ck_assert_uint_eq(config.store_max_bytes, 1 << 20);
	ck_assert_uint_eq(config.peer_count, 2);
	ck_assert_str_eq(config.peers[0].host, "a");
	ck_assert_str_eq(config.listen.port, "4800");
	ck_assert(!text("[post]\nstore_max = much\n"));
}
END_TEST

START_TEST(flags_are_checked_by_the_rules_of_the_file)
{
	ck_assert(!config_flag(&config, CONFIG_STORE_MAX, "1T", error));
	ck_assert_ptr_nonnull(strstr(error, "--store-max must be a size"));
	ck_assert(!config_flag(&config, CONFIG_GATEWAY_KEY, KEY "00", error));
	ck_assert(!config_flag(&config, CONFIG_LISTEN, "1.2.3.4", error));
	start();
	ck_assert(config_flag(&config, CONFIG_LISTEN, "127.0.0.1:0", error));
	ck_assert(!config_flag(&config, CONFIG_LISTEN, "127.0.0.1:0", error));
	ck_assert_str_eq(error, "--listen is given twice");
}
END_TEST

START_TEST(peers_have_a_bound)
{
	for (unsigned i = 0; i < CONFIG_PEERS_MAX; i++)
		ck_assert(config_flag(&config, CONFIG_PEER, "a:1", error));
	ck_assert(!config_flag(&config, CONFIG_PEER, "a:1", error));
	ck_assert_ptr_nonnull(strstr(error, "16 times at most"));
}
END_TEST

START_TEST(local_networks_are_used_only_if_nothing_else_is_asked_for)
{
	ck_assert(config_finish(&config, error));
	ck_assert_str_eq(config.lan, "all");
	ck_assert_uint_eq(config.store_max_bytes, CONFIG_STORE_MAX_DEFAULT);
	start();
	ck_assert(config_flag(&config, CONFIG_PEER, "a:1", error));
	ck_assert(config_finish(&config, error));
	ck_assert_str_eq(config.lan, "off");
	start();
	ck_assert(text("[post]\nlisten = :1\nlan = all\n"));
	ck_assert(config_finish(&config, error));
	ck_assert_str_eq(config.lan, "all");
}
END_TEST

START_TEST(a_gateway_without_its_key_is_refused)
{
	ck_assert(config_flag(&config, CONFIG_GATEWAY, "a:1", error));
	ck_assert(!config_finish(&config, error));
	start();
	ck_assert(text("[gateway]\nkey = " KEY "\n"));
	ck_assert(!config_finish(&config, error));
}
END_TEST

START_TEST(sizes_are_bytes_or_powers_of_1024)
{
	uint64_t bytes;
	ck_assert(config_size("0", &bytes) && bytes == 0);
	ck_assert(config_size("1500", &bytes) && bytes == 1500);
	ck_assert(config_size("3K", &bytes) && bytes == 3072);
	ck_assert(config_size("64M", &bytes) && bytes == 64 << 20);
	ck_assert(config_size("4G", &bytes) && bytes == UINT64_C(4) << 30);
	static const char *const wrong[] = {
		"", "M", "-1", "1 M", "1MB", "0x10", "1.5G", "99999999999999999999", "18446744073709551616", "17179869184G"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		ck_assert_msg(!config_size(wrong[i], &bytes), "taken: %s", wrong[i]);
}
END_TEST

START_TEST(addresses_are_split_as_people_write_them)
{
	struct address address;
	ck_assert(address_split("host:1", false, &address));
	ck_assert_str_eq(address.host, "host");
	ck_assert(address_split("[fe80::1%wlan0]:4747", false, &address));
	ck_assert_str_eq(address.host, "fe80::1%wlan0");
	ck_assert_str_eq(address.port, "4747");
	ck_assert(address_split(":0", true, &address));
	static const char *const wrong[] = {
		"",       "host",  "host:",   ":1",   "host:0",   "host:65536",  "host:1x", "host: 1",       "ho st:1",
		"::1:80", "[::1]", "[::1]80", "[]:1", "[host]:1", "host:123456", "a/b:1",   "h\xc3\xb6st:1",
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		ck_assert_msg(!address_split(wrong[i], false, &address), "taken: %s", wrong[i]);
	char longest[ADDRESS_HOST_MAX + 8];
	memset(longest, 'a', ADDRESS_HOST_MAX);
	memcpy(longest + ADDRESS_HOST_MAX, ":1", 3);
	ck_assert(!address_split(longest, false, &address));
	ck_assert(address_split(longest + 1, false, &address));
}
END_TEST

START_TEST(a_file_that_is_not_there_is_no_bad_setting)
{
	enum err err;
	ck_assert(!config_read(&config, "/nowhere/barid.conf", &err, error));
	ck_assert_int_eq(err, ERR_NO_FILE);
}
END_TEST

/* What is used of bluetooth and wifi_direct with these settings. */
static void expect_radios(const char *settings, const char *bluetooth, const char *wifi_direct)
{
	start();
	ck_assert_msg(text(settings), "%s", error);
	ck_assert(config_finish(&config, error));
	ck_assert_msg(!strcmp(config.bluetooth, bluetooth), "%s: bluetooth %s", settings, config.bluetooth);
	ck_assert_msg(!strcmp(config.wifi_direct, wifi_direct), "%s: wifi_direct %s", settings, config.wifi_direct);
}

START_TEST(radios_are_used_only_if_nothing_else_is_asked_for)
{
	expect_radios("", "auto", "auto");
	ck_assert_uint_eq(config.rotation_s, CONFIG_ROTATION_DEFAULT_S);
	expect_radios("[post]\nlan = all\n", "off", "off");
	expect_radios("[post]\nlisten = :1\n", "off", "off");
	expect_radios("[post]\nlan = off\nbluetooth = hci0\n", "hci0", "auto");
	expect_radios("[post]\nbluetooth = off\n", "off", "off");
	expect_radios("[post]\nbluetooth = auto\nwifi_direct = off\n", "auto", "off");
	ck_assert_str_eq(config.lan, "all");
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("config");
	TCase *tcase = tcase_create("config");
	tcase_add_checked_fixture(tcase, start, NULL);
	tcase_add_test(tcase, a_whole_file_is_understood);
	tcase_add_test(tcase, what_is_wrong_is_told_with_its_line);
	tcase_add_test(tcase, the_first_mistake_is_the_one_told);
	tcase_add_test(tcase, a_line_that_is_too_long_is_not_cut_in_two);
	tcase_add_test(tcase, bytes_that_are_no_text_are_refused);
	tcase_add_test(tcase, a_flag_wins_over_the_file_and_the_file_must_be_right_all_the_same);
	tcase_add_test(tcase, flags_are_checked_by_the_rules_of_the_file);
	tcase_add_test(tcase, peers_have_a_bound);
	tcase_add_test(tcase, local_networks_are_used_only_if_nothing_else_is_asked_for);
	tcase_add_test(tcase, radios_are_used_only_if_nothing_else_is_asked_for);
	tcase_add_test(tcase, a_gateway_without_its_key_is_refused);
	tcase_add_test(tcase, sizes_are_bytes_or_powers_of_1024);
	tcase_add_test(tcase, addresses_are_split_as_people_write_them);
	tcase_add_test(tcase, a_file_that_is_not_there_is_no_bad_setting);
	suite_add_tcase(suite, tcase);
	return suite;
}
