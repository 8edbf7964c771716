#include "platform/linux/bluez_inside.h"
#include "platform/log.h"

#include <stdio.h>
#include <string.h>

static const char service_name[] = "org.bluez";
static const char bus_name[] = "org.freedesktop.DBus";
static const char properties_interface[] = "org.freedesktop.DBus.Properties";
static const char objects_interface[] = "org.freedesktop.DBus.ObjectManager";

static void note_added(struct bluez *bluez, sd_bus_message *message)
{
	struct bluez_object object;
	const char *path;
	char name[BLUEZ_ADAPTER_MAX];
	uint8_t key[BLUEZ_ADDRESS_SIZE];
	if (sd_bus_message_read_basic(message, 'o', &path) <= 0 || !bluez_parse_interfaces(message, &object))
		return;
	if (bluez_path_of_adapter(path, name))
		bluez_adapters_note(bluez, name, &object);
	else if (object.device && bluez->chosen && bluez_path_of_device(path, bluez->path, key))
		bluez_sight_note(bluez, key, &object.facts);
}

static void note_removed(struct bluez *bluez, sd_bus_message *message)
{
	struct bluez_object gone;
	const char *path;
	char name[BLUEZ_ADAPTER_MAX];
	uint8_t key[BLUEZ_ADDRESS_SIZE];
	if (sd_bus_message_read_basic(message, 'o', &path) <= 0 || !bluez_parse_interface_names(message, &gone))
		return;
	if (bluez_path_of_adapter(path, name))
		bluez_adapters_gone(bluez, name, &gone);
	else if (gone.device && bluez->chosen && bluez_path_of_device(path, bluez->path, key))
		bluez_devices_drop(&bluez->devices, key);
}

static int on_objects(sd_bus_message *message, void *owner, sd_bus_error *error)
{
	(void)error; /* nobody waits for an answer to a signal */
	if (sd_bus_message_is_signal(message, objects_interface, "InterfacesAdded"))
		note_added(owner, message);
	else if (sd_bus_message_is_signal(message, objects_interface, "InterfacesRemoved"))
		note_removed(owner, message);
	return 0;
}

static int on_adapter(sd_bus_message *message, void *owner, sd_bus_error *error)
{
	struct bluez *bluez = owner;
	struct bluez_object object;
	char name[BLUEZ_ADAPTER_MAX];
	const char *path = sd_bus_message_get_path(message);
	(void)error; /* nobody waits for an answer to a signal */
	if (path && bluez_path_of_adapter(path, name) && bluez_parse_change(message, &object))
		bluez_adapters_note(bluez, name, &object);
	return 0;
}

/* Devices are what was heard at some time before: no report. */
static void note_listed(void *owner, const char *path, const struct bluez_object *object)
{
	char name[BLUEZ_ADAPTER_MAX];
	if (bluez_path_of_adapter(path, name))
		bluez_adapters_note(owner, name, object);
}

static int on_list(sd_bus_message *answer, void *owner, sd_bus_error *error)
{
	struct bluez *bluez = owner;
	(void)error; /* nobody gets an answer to an answer */
	bluez->listed = bluez_answered(bluez, answer, &bluez->list_call) && bluez_objects(answer, note_listed, bluez);
	if (bluez->listed)
		bluez->list_retry.delay_ms = 0;
	else
		bluez_retry_later(bluez, &bluez->list_retry);
	return 0;
}

uint64_t bluez_service_step(struct bluez *bluez)
{
	if (bluez->listed || bluez->list_call)
		return LOOP_NEVER;
	if (bluez_retry_due(bluez, &bluez->list_retry) &&
	    !bluez_send(bluez, bluez_message(bluez, "/", objects_interface, "GetManagedObjects"), &bluez->list_call, on_list, bluez))
		bluez_retry_later(bluez, &bluez->list_retry);
	return bluez->list_call ? LOOP_NEVER : bluez->list_retry.at_ms;
}

/* Forgets all that the service had of us and we of it. */
static void lose(struct bluez *bluez)
{
	bluez->service[0] = 0;
	bluez_advert_reset(bluez);
	bluez_scan_reset(bluez);
	for (unsigned i = 0; i < BLUEZ_MATCHES; i++)
		bluez_release(&bluez->matches[i]);
	bluez_sight_reset(bluez);
	bluez_release(&bluez->list_call);
	bluez_release(&bluez->power_call);
	bluez_refresh_reset(bluez);
	bluez_adapters_lost(bluez);
	bluez->chosen = NULL;
	bluez->listed = bluez->denied = false;
	bluez->list_retry.delay_ms = bluez->power_retry.delay_ms = 0;
	bluez->advert.retry.delay_ms = bluez->scan.retry.delay_ms = 0;
}

static void listen(struct bluez *bluez, unsigned index, sd_bus_message_handler_t handler, const char *format, const char *argument)
{
	char rule[256];
	int len = snprintf(rule, sizeof rule, "type='signal',sender='%s',", bluez->service);
	/* The formats are those of find_service(), without anything from outside. */
	(void)snprintf(rule + len, sizeof rule - (size_t)len, "interface='%s'%s%s%s", format, argument ? ",arg0='" : "", argument ? argument : "",
		       argument ? "'" : "");
	if (sd_bus_add_match_async(bluez->connection, &bluez->matches[index], rule, handler, bluez_match_answered, bluez) < 0)
		log_warn("no memory to listen to the Bluetooth service");
}

/* name: its own name on the bus, empty if it does not run. */
static void find_service(struct bluez *bluez, const char *name)
{
	bluez->asked = true;
	bluez_wake(bluez);
	if (!strcmp(bluez->service, name))
		return;
	lose(bluez);
	if (!name[0] || strlen(name) >= sizeof bluez->service || name[0] != ':' || strchr(name, '\''))
		return;
	memcpy(bluez->service, name, strlen(name) + 1);
	listen(bluez, 0, on_objects, objects_interface, NULL);
	listen(bluez, 1, on_adapter, properties_interface, bluez_adapter_interface);
	listen(bluez, 2, on_adapter, properties_interface, bluez_manager_interface);
}

static int on_owner_changed(sd_bus_message *message, void *owner, sd_bus_error *error)
{
	const char *name;
	const char *before;
	const char *after;
	(void)error; /* nobody waits for an answer to a signal */
	if (sd_bus_message_read(message, "sss", &name, &before, &after) > 0 && !strcmp(name, service_name))
		find_service(owner, after);
	return 0;
}

static int on_owner(sd_bus_message *answer, void *owner, sd_bus_error *error)
{
	struct bluez *bluez = owner;
	const char *name;
	(void)error; /* nobody gets an answer to an answer */
	bluez_release(&bluez->owner_call);
	if (sd_bus_message_get_error(answer) || sd_bus_message_read(answer, "s", &name) <= 0)
		name = "";
	find_service(bluez, name);
	return 0;
}

void bluez_service_up(void *owner, sd_bus *connection)
{
	struct bluez *bluez = owner;
	bluez->connection = connection;
	int error = sd_bus_match_signal_async(connection, &bluez->owner_match, bus_name, "/org/freedesktop/DBus", bus_name, "NameOwnerChanged",
					      on_owner_changed, bluez_match_answered, bluez);
	/* Asking for the owner, not for anything of the service, starts no service that somebody has stopped. */
	if (error >= 0)
		error = sd_bus_call_method_async(connection, &bluez->owner_call, bus_name, "/org/freedesktop/DBus", bus_name, "GetNameOwner",
						 on_owner, bluez, "s", service_name);
	if (error < 0)
		log_warn("no memory to look for the Bluetooth service");
}

void bluez_service_down(void *owner)
{
	struct bluez *bluez = owner;
	lose(bluez);
	bluez_release(&bluez->owner_call);
	bluez_release(&bluez->owner_match);
	bluez->connection = NULL;
	bluez->asked = true;
	bluez_wake(bluez);
}
