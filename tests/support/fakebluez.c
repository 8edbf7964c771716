#include "tests/support/fakebluez.h"

#include <assert.h>
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ADAPTER "org.bluez.Adapter1"
#define MANAGER "org.bluez.LEAdvertisingManager1"
#define DEVICE "org.bluez.Device1"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define OBJECTS "org.freedesktop.DBus.ObjectManager"

/* What every call of sd-bus in here has to be. */
#define GOOD(call) ck_assert_int_ge((call), 0)

enum { HUGE_TEXT = 1 << 20, MESSAGES_A_TURN = 1000 };

static struct {
	char folder[64];
	pid_t pid;
} bus;

static const char *const members[FAKE_METHODS] = {
	[FAKE_LIST] = "GetManagedObjects",
	[FAKE_GET_ALL] = "GetAll",
	[FAKE_SET] = "Set",
	[FAKE_REGISTER] = "RegisterAdvertisement",
	[FAKE_UNREGISTER] = "UnregisterAdvertisement",
	[FAKE_FILTER] = "SetDiscoveryFilter",
	[FAKE_START] = "StartDiscovery",
	[FAKE_STOP] = "StopDiscovery",
	[FAKE_REMOVE] = "RemoveDevice",
};

static void write_config(const char *path)
{
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_gt(fprintf(file,
				 "<busconfig><type>session</type><listen>unix:path=%s/bus</listen><auth>EXTERNAL</auth><policy context='default'>"
				 "<allow send_destination='*' eavesdrop='true'/><allow eavesdrop='true'/><allow own='*'/></policy></busconfig>\n",
				 bus.folder),
			 0);
	ck_assert_int_eq(fclose(file), 0);
}

static void become_daemon(int ready)
{
	char config[96];
	char print[48];
	(void)snprintf(config, sizeof config, "--config-file=%s/config", bus.folder);
	(void)snprintf(print, sizeof print, "--print-address=%d", ready);
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	/* It complains of limits it cannot raise. A test that fails leaves no daemon behind. */
	if (nowhere >= 0 && dup2(nowhere, STDERR_FILENO) >= 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0)
		(void)execlp("dbus-daemon", "dbus-daemon", "--nofork", "--nopidfile", config, print, (char *)NULL);
	_exit(127);
}

void fakebluez_bus_restart(void)
{
	int ready[2];
	char path[96];
	char line[256];
	(void)snprintf(path, sizeof path, "%s/bus", bus.folder);
	(void)unlink(path); /* there may be none */
	ck_assert_int_eq(pipe(ready), 0);
	bus.pid = fork();
	ck_assert_int_ge(bus.pid, 0);
	if (bus.pid == 0)
		become_daemon(ready[1]);
	close(ready[1]);
	ck_assert_msg(read(ready[0], line, sizeof line) > 0, "dbus-daemon does not start (Debian: package dbus-daemon)");
	close(ready[0]);
}

void fakebluez_bus_start(void)
{
	char text[96];
	(void)snprintf(bus.folder, sizeof bus.folder, "%s/barid-bus-XXXXXX", "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(bus.folder));
	(void)snprintf(text, sizeof text, "%s/config", bus.folder);
	write_config(text);
	(void)snprintf(text, sizeof text, "unix:path=%s/bus", bus.folder);
	ck_assert_int_eq(setenv("DBUS_SYSTEM_BUS_ADDRESS", text, 1), 0);
	fakebluez_bus_restart();
}

void fakebluez_bus_kill(void)
{
	ck_assert_int_eq(kill(bus.pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(bus.pid, NULL, 0), bus.pid);
	bus.pid = 0;
}

void fakebluez_bus_stop(void)
{
	char path[96];
	if (bus.pid > 0)
		fakebluez_bus_kill();
	(void)snprintf(path, sizeof path, "%s/bus", bus.folder);
	(void)unlink(path); /* there may be none */
	(void)snprintf(path, sizeof path, "%s/config", bus.folder);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rmdir(bus.folder), 0);
}

static void append_good_adapter(sd_bus_message *message, const struct fakebluez_adapter *adapter)
{
	bool both = !strcmp(adapter->roles, "central-peripheral");
	GOOD(sd_bus_message_open_container(message, 'a', "{sa{sv}}"));
	GOOD(sd_bus_message_append(message, "{sa{sv}}", ADAPTER, 4, "Address", "s", "00:11:22:33:44:55", "AddressType", "s", "public", "Powered", "b",
				   adapter->powered, "Discovering", "b", adapter->discovering));
	GOOD(sd_bus_message_append(message, "{sa{sv}}", ADAPTER, 1, "Roles", "as",
				   both                ? 3
				   : adapter->roles[0] ? 1
						       : 0,
				   both ? "central" : adapter->roles, "peripheral", "central-peripheral"));
	GOOD(sd_bus_message_append(message, "{sa{sv}}", MANAGER, 2, "SupportedInstances", "y", 1, "ActiveInstances", "y", 0));
	GOOD(sd_bus_message_close_container(message));
}

/* What bluetoothd never said and a future one may. */
static void append_odd_adapter(sd_bus_message *message, const struct fakebluez_adapter *adapter)
{
	char *huge = malloc(HUGE_TEXT + 1);
	ck_assert_ptr_nonnull(huge);
	memset(huge, 'x', HUGE_TEXT);
	huge[HUGE_TEXT] = 0;
	GOOD(sd_bus_message_open_container(message, 'a', "{sa{sv}}"));
	GOOD(sd_bus_message_append(message, "{sa{sv}}", huge, 1, huge, "(sia{sv})", huge, 7, 1, "inner", "v", "d", 0.5));
	GOOD(sd_bus_message_append(message, "{sa{sv}}", ADAPTER, 5, "Address", "s", huge, "AddressType", "i", 3, "Powered", "s", "yes", "Roles", "s",
				   adapter->roles, "Discovering", "ay", 1, 0));
	GOOD(sd_bus_message_append(message, "{sa{sv}}", MANAGER, 2, "SupportedInstances", "s", huge, "ActiveInstances", "n", 1));
	GOOD(sd_bus_message_append(message, "{sa{sv}}", DEVICE, 1, "ServiceData", "a{sv}", 1, huge, "s", huge));
	GOOD(sd_bus_message_close_container(message));
	free(huge);
}

static void append_adapter(sd_bus_message *message, const struct fakebluez_adapter *adapter)
{
	if (adapter->odd)
		append_odd_adapter(message, adapter);
	else
		append_good_adapter(message, adapter);
}

static void append_service_data(sd_bus_message *message, const struct fakebluez_device *device)
{
	GOOD(sd_bus_message_open_container(message, 'e', "sv"));
	GOOD(sd_bus_message_append(message, "s", "ServiceData"));
	GOOD(sd_bus_message_open_container(message, 'v', "a{sv}"));
	GOOD(sd_bus_message_open_container(message, 'a', "{sv}"));
	GOOD(sd_bus_message_append(message, "{sv}", "0000feaa-0000-1000-8000-00805f9b34fb", "ay", 2, 1, 2));
	GOOD(sd_bus_message_open_container(message, 'e', "sv"));
	GOOD(sd_bus_message_append(message, "s", device->uuid));
	GOOD(sd_bus_message_open_container(message, 'v', "ay"));
	GOOD(sd_bus_message_append_array(message, 'y', device->data, device->len));
	for (unsigned i = 0; i < 5; i++)
		GOOD(sd_bus_message_close_container(message));
}

/* a{sv} */
static void append_device(sd_bus_message *message, const struct fakebluez_device *device, bool whole)
{
	char address[24];
	const uint8_t *key = device->key;
	(void)snprintf(address, sizeof address, "%02X:%02X:%02X:%02X:%02X:%02X", key[5], key[4], key[3], key[2], key[1], key[0]);
	GOOD(sd_bus_message_open_container(message, 'a', "{sv}"));
	GOOD(sd_bus_message_append(message, "{sv}", "RSSI", "n", device->rssi_dbm));
	if (whole) {
		GOOD(sd_bus_message_append(message, "{sv}", "Address", "s", address));
		GOOD(sd_bus_message_append(message, "{sv}", "AddressType", "s", "random"));
		GOOD(sd_bus_message_append(message, "{sv}", "Connected", "b", device->connected));
		GOOD(sd_bus_message_append(message, "{sv}", "Paired", "b", device->paired));
	}
	if (device->uuid)
		append_service_data(message, device);
	GOOD(sd_bus_message_close_container(message));
}

static void device_path(const struct fakebluez *fake, const struct fakebluez_device *device, char path[static 64])
{
	const uint8_t *key = device->key;
	(void)snprintf(path, 64, "/org/bluez/%s/dev_%02X_%02X_%02X_%02X_%02X_%02X", fake->adapters[0].name, key[5], key[4], key[3], key[2], key[1],
		       key[0]);
}

static void adapter_path(const struct fakebluez *fake, unsigned index, char path[static 64])
{
	(void)snprintf(path, 64, "/org/bluez/%s", fake->adapters[index].name);
}

static void send_message(struct fakebluez *fake, sd_bus_message *message)
{
	GOOD(sd_bus_send(fake->bus, message, NULL));
	sd_bus_message_unref(message);
}

static void append_device_interfaces(sd_bus_message *message, const struct fakebluez_device *device)
{
	GOOD(sd_bus_message_open_container(message, 'a', "{sa{sv}}"));
	GOOD(sd_bus_message_open_container(message, 'e', "sa{sv}"));
	GOOD(sd_bus_message_append(message, "s", DEVICE));
	append_device(message, device, true);
	GOOD(sd_bus_message_close_container(message));
	GOOD(sd_bus_message_close_container(message));
}

static void answer_list(struct fakebluez *fake, sd_bus_message *answer)
{
	char path[64];
	GOOD(sd_bus_message_open_container(answer, 'a', "{oa{sa{sv}}}"));
	for (unsigned i = 0; i < FAKEBLUEZ_ADAPTERS; i++) {
		if (!fake->adapters[i].name[0])
			continue;
		adapter_path(fake, i, path);
		GOOD(sd_bus_message_open_container(answer, 'e', "oa{sa{sv}}"));
		GOOD(sd_bus_message_append(answer, "o", path));
		append_adapter(answer, &fake->adapters[i]);
		GOOD(sd_bus_message_close_container(answer));
	}
	device_path(fake, &fake->device, path);
	GOOD(sd_bus_message_open_container(answer, 'e', "oa{sa{sv}}"));
	GOOD(sd_bus_message_append(answer, "o", path));
	append_device_interfaces(answer, &fake->device);
	GOOD(sd_bus_message_close_container(answer));
	GOOD(sd_bus_message_close_container(answer));
}

static void read_data(sd_bus_message *message, struct fakebluez_advert *advert)
{
	const char *text;
	const void *bytes;
	GOOD(sd_bus_message_enter_container(message, 'a', "{sv}"));
	GOOD(sd_bus_message_enter_container(message, 'e', "sv"));
	GOOD(sd_bus_message_read(message, "s", &text));
	(void)snprintf(advert->uuid, sizeof advert->uuid, "%s", text);
	GOOD(sd_bus_message_enter_container(message, 'v', "ay"));
	GOOD(sd_bus_message_read_array(message, 'y', &bytes, &advert->len));
	ck_assert_uint_le(advert->len, sizeof advert->data);
	memcpy(advert->data, bytes, advert->len);
	for (unsigned i = 0; i < 3; i++)
		GOOD(sd_bus_message_exit_container(message));
}

static int advert_read(sd_bus_message *message, void *owner, sd_bus_error *error)
{
	struct fakebluez *fake = owner;
	struct fakebluez_advert *advert = &fake->advert;
	(void)error; /* nobody gets an answer to an answer */
	const char *name;
	const char *type;
	ck_assert_msg(!sd_bus_message_is_method_error(message, NULL), "an advertisement cannot be read");
	GOOD(sd_bus_message_enter_container(message, 'a', "{sv}"));
	for (; sd_bus_message_enter_container(message, 'e', "sv") > 0; advert->properties++) {
		GOOD(sd_bus_message_read(message, "s", &name));
		GOOD(sd_bus_message_peek_type(message, NULL, &type));
		GOOD(sd_bus_message_enter_container(message, 'v', type));
		int flag = 0;
		const char *text = "";
		if (!strcmp(name, "Type"))
			GOOD(sd_bus_message_read(message, "s", &text));
		else if (!strcmp(name, "Discoverable"))
			GOOD(sd_bus_message_read(message, "b", &flag));
		else if (!strcmp(name, "ServiceData"))
			read_data(message, advert);
		else
			GOOD(sd_bus_message_skip(message, type));
		if (text[0])
			(void)snprintf(advert->type, sizeof advert->type, "%s", text);
		advert->discoverable = advert->discoverable || flag;
		GOOD(sd_bus_message_exit_container(message));
		GOOD(sd_bus_message_exit_container(message));
	}
	GOOD(sd_bus_reply_method_return(fake->registering, NULL));
	fake->registering = sd_bus_message_unref(fake->registering);
	return 0;
}

static int advert_changed(sd_bus_message *message, void *owner, sd_bus_error *error)
{
	struct fakebluez *fake = owner;
	const char *text;
	(void)error; /* nobody waits for an answer to a signal */
	if (strcmp(sd_bus_message_get_path(message), fake->advert.path))
		return 0;
	fake->advert.changes++;
	GOOD(sd_bus_message_read(message, "s", &text));
	ck_assert_str_eq(text, "org.bluez.LEAdvertisement1");
	GOOD(sd_bus_message_enter_container(message, 'a', "{sv}"));
	GOOD(sd_bus_message_enter_container(message, 'e', "sv"));
	GOOD(sd_bus_message_read(message, "s", &text));
	ck_assert_str_eq(text, "ServiceData");
	GOOD(sd_bus_message_enter_container(message, 'v', "a{sv}"));
	read_data(message, &fake->advert);
	return 0;
}

/* As bluetoothd, which answers a registration when it has read what is registered. */
static void take_advert(struct fakebluez *fake, sd_bus_message *message)
{
	const char *path;
	memset(&fake->advert, 0, sizeof fake->advert);
	GOOD(sd_bus_message_read(message, "o", &path));
	(void)snprintf(fake->advert.path, sizeof fake->advert.path, "%s", path);
	(void)snprintf(fake->advert.sender, sizeof fake->advert.sender, "%s", sd_bus_message_get_sender(message));
	fake->registering = sd_bus_message_ref(message);
	GOOD(sd_bus_call_method_async(fake->bus, NULL, fake->advert.sender, path, PROPERTIES, "GetAll", advert_read, fake, "s",
				      "org.bluez.LEAdvertisement1"));
}

static void change(struct fakebluez *fake, unsigned index, const char *property, bool value)
{
	sd_bus_message *message;
	char path[64];
	adapter_path(fake, index, path);
	GOOD(sd_bus_message_new_signal(fake->bus, &message, path, PROPERTIES, "PropertiesChanged"));
	GOOD(sd_bus_message_append(message, "sa{sv}as", ADAPTER, 1, property, "b", value, 0));
	send_message(fake, message);
}

void fakebluez_power(struct fakebluez *fake, unsigned index, bool powered)
{
	fake->adapters[index].powered = powered;
	change(fake, index, "Powered", powered);
	if (!powered)
		fake->advert.path[0] = 0;
}

void fakebluez_discovering(struct fakebluez *fake, unsigned index, bool discovering)
{
	fake->adapters[index].discovering = discovering;
	change(fake, index, "Discovering", discovering);
}

static unsigned adapter_at(const struct fakebluez *fake, const char *path)
{
	char own[64];
	for (unsigned i = 0; i < FAKEBLUEZ_ADAPTERS; i++) {
		adapter_path(fake, i, own);
		if (fake->adapters[i].name[0] && !strcmp(own, path))
			return i;
	}
	return FAKEBLUEZ_ADAPTERS;
}

/* Whether whom it is for is there. */
static bool is_at_home(const struct fakebluez *fake, sd_bus_message *message, enum fakebluez_method method)
{
	return method == FAKE_LIST || method == FAKE_GET_ALL || adapter_at(fake, sd_bus_message_get_path(message)) < FAKEBLUEZ_ADAPTERS;
}

static void take_set(struct fakebluez *fake, sd_bus_message *message)
{
	const char *interface;
	const char *property;
	int value;
	GOOD(sd_bus_message_read(message, "ssv", &interface, &property, "b", &value));
	ck_assert_str_eq(property, "Powered");
	fakebluez_power(fake, adapter_at(fake, sd_bus_message_get_path(message)), value);
}

static void take_filter(struct fakebluez *fake, sd_bus_message *message)
{
	const char *name[2];
	const char *transport;
	int duplicates;
	GOOD(sd_bus_message_read(message, "a{sv}", 2, &name[0], "s", &transport, &name[1], "b", &duplicates));
	ck_assert_str_eq(name[0], "Transport");
	ck_assert_str_eq(name[1], "DuplicateData");
	(void)snprintf(fake->filter_transport, sizeof fake->filter_transport, "%s", transport);
	fake->filter_duplicates = duplicates;
}

static void take_unregister(struct fakebluez *fake, sd_bus_message *message)
{
	const char *path;
	GOOD(sd_bus_message_read(message, "o", &path));
	if (!strcmp(path, fake->advert.path))
		fake->advert.path[0] = 0;
}

/* Does what was asked. False: the answer comes later. */
static bool serve(struct fakebluez *fake, sd_bus_message *message, enum fakebluez_method method, sd_bus_message *answer)
{
	switch (method) {
	case FAKE_LIST:
		answer_list(fake, answer);
		return true;
	case FAKE_GET_ALL:
		append_device(answer, &fake->device, true);
		return true;
	case FAKE_SET:
		take_set(fake, message);
		return true;
	case FAKE_REGISTER:
		take_advert(fake, message);
		return false;
	case FAKE_UNREGISTER:
		take_unregister(fake, message);
		return true;
	case FAKE_FILTER:
		take_filter(fake, message);
		return true;
	case FAKE_START:
	case FAKE_STOP:
		fakebluez_discovering(fake, adapter_at(fake, sd_bus_message_get_path(message)), method == FAKE_START);
		return true;
	case FAKE_REMOVE:
	case FAKE_METHODS:
		break;
	}
	return true;
}

static int called(sd_bus_message *message, void *owner, sd_bus_error *error)
{
	struct fakebluez *fake = owner;
	const char *member = sd_bus_message_get_member(message);
	uint8_t type;
	(void)error; /* answers are sent by hand */
	GOOD(sd_bus_message_get_type(message, &type));
	if (type != SD_BUS_MESSAGE_METHOD_CALL)
		return 0;
	enum fakebluez_method method = 0;
	while (method < FAKE_METHODS && strcmp(members[method], member))
		method++;
	ck_assert_msg(method < FAKE_METHODS, "an unknown method is called: %s", member);
	fake->calls[method]++;
	if (fake->faults[method] > 0) {
		fake->faults[method]--;
		GOOD(sd_bus_reply_method_errorf(message, fake->fault[method], "as the test says"));
		return 1;
	}
	if (!is_at_home(fake, message, method)) {
		GOOD(sd_bus_reply_method_errorf(message, SD_BUS_ERROR_UNKNOWN_OBJECT, "there is no such adapter"));
		return 1;
	}
	sd_bus_message *answer;
	GOOD(sd_bus_message_new_method_return(message, &answer));
	if (serve(fake, message, method, answer))
		GOOD(sd_bus_send(fake->bus, answer, NULL));
	sd_bus_message_unref(answer);
	return 1;
}

void fakebluez_start(struct fakebluez *fake)
{
	GOOD(sd_bus_new(&fake->bus));
	GOOD(sd_bus_set_address(fake->bus, getenv("DBUS_SYSTEM_BUS_ADDRESS")));
	GOOD(sd_bus_set_bus_client(fake->bus, true));
	GOOD(sd_bus_start(fake->bus));
	GOOD(sd_bus_add_filter(fake->bus, NULL, called, fake));
	GOOD(sd_bus_match_signal(fake->bus, NULL, NULL, NULL, PROPERTIES, "PropertiesChanged", advert_changed, fake));
	GOOD(sd_bus_request_name(fake->bus, "org.bluez", 0));
}

void fakebluez_stop(struct fakebluez *fake)
{
	fake->registering = sd_bus_message_unref(fake->registering);
	fake->bus = sd_bus_close_unref(fake->bus);
	memset(&fake->advert, 0, sizeof fake->advert);
}

void fakebluez_turn(struct fakebluez *fake)
{
	for (unsigned i = 0; fake->bus && i < MESSAGES_A_TURN && sd_bus_process(fake->bus, NULL) > 0; i++)
		;
}

static sd_bus_message *interfaces_added(struct fakebluez *fake, const char *path)
{
	sd_bus_message *message;
	GOOD(sd_bus_message_new_signal(fake->bus, &message, "/", OBJECTS, "InterfacesAdded"));
	GOOD(sd_bus_message_append(message, "o", path));
	return message;
}

void fakebluez_tell_adapter(struct fakebluez *fake, unsigned index)
{
	char path[64];
	adapter_path(fake, index, path);
	sd_bus_message *message = interfaces_added(fake, path);
	append_adapter(message, &fake->adapters[index]);
	send_message(fake, message);
}

void fakebluez_tell_device(struct fakebluez *fake, const struct fakebluez_device *device)
{
	char path[64];
	device_path(fake, device, path);
	sd_bus_message *message = interfaces_added(fake, path);
	append_device_interfaces(message, device);
	send_message(fake, message);
}

void fakebluez_unplug(struct fakebluez *fake, unsigned index)
{
	sd_bus_message *message;
	char path[64];
	adapter_path(fake, index, path);
	GOOD(sd_bus_message_new_signal(fake->bus, &message, "/", OBJECTS, "InterfacesRemoved"));
	GOOD(sd_bus_message_append(message, "oas", path, 2, ADAPTER, MANAGER));
	send_message(fake, message);
	fake->adapters[index].name[0] = 0;
	fake->advert.path[0] = 0;
}

static sd_bus_message *properties_changed(struct fakebluez *fake, const struct fakebluez_device *device)
{
	sd_bus_message *message;
	char path[64];
	device_path(fake, device, path);
	GOOD(sd_bus_message_new_signal(fake->bus, &message, path, PROPERTIES, "PropertiesChanged"));
	GOOD(sd_bus_message_append(message, "s", DEVICE));
	return message;
}

void fakebluez_report(struct fakebluez *fake, const struct fakebluez_device *device)
{
	sd_bus_message *message = properties_changed(fake, device);
	append_device(message, device, false);
	GOOD(sd_bus_message_append(message, "as", 0));
	send_message(fake, message);
}

void fakebluez_report_odd(struct fakebluez *fake, const struct fakebluez_device *device)
{
	sd_bus_message *message = properties_changed(fake, device);
	GOOD(sd_bus_message_append(message, "a{sv}", 3, "RSSI", "s", "loud", "ServiceData", "a{sv}", 1, device->uuid, "s", "no bytes", "AddressType",
				   "b", 1));
	GOOD(sd_bus_message_append(message, "as", 0));
	send_message(fake, message);
}

void fakebluez_release(struct fakebluez *fake)
{
	GOOD(sd_bus_call_method_async(fake->bus, NULL, fake->advert.sender, fake->advert.path, "org.bluez.LEAdvertisement1", "Release", NULL, NULL,
				      NULL));
	fake->advert.path[0] = 0;
}
