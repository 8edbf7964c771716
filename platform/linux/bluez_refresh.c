#include "platform/linux/bluez_inside.h"

void bluez_refresh_reset(struct bluez *bluez)
{
	bluez_release(&bluez->refresh_call);
}

static int switched_off(sd_bus_message *answer, void *owner, sd_bus_error *error)
{
	struct bluez *bluez = owner;
	(void)error; /* nobody gets an answer to an answer */
	/* It was us, so it is ours to switch it on again. */
	if (bluez_answered(bluez, answer, &bluez->refresh_call) && bluez->chosen)
		bluez->chosen->may_power = true;
	return 0;
}

struct survey {
	const char *adapter;
	bool connected;
};

static void look_at(void *owner, const char *path, const struct bluez_object *object)
{
	struct survey *survey = owner;
	uint8_t key[BLUEZ_ADDRESS_SIZE];
	if (object->device && object->facts.connected && bluez_path_of_device(path, survey->adapter, key))
		survey->connected = true;
}

static int surveyed(sd_bus_message *answer, void *owner, sd_bus_error *error)
{
	struct bluez *bluez = owner;
	struct survey survey = {bluez->path, false};
	(void)error; /* nobody gets an answer to an answer */
	if (!bluez_answered(bluez, answer, &bluez->refresh_call) || !bluez_objects(answer, look_at, &survey) || survey.connected)
		return 0;
	sd_bus_message *message = bluez_message(bluez, bluez->path, "org.freedesktop.DBus.Properties", "Set");
	if (message && sd_bus_message_append(message, "ssv", bluez_adapter_interface, "Powered", "b", 0) < 0)
		message = sd_bus_message_unref(message);
	(void)bluez_send(bluez, message, &bluez->refresh_call, switched_off, bluez); /* without memory nothing is switched off */
	return 0;
}

bool bluez_refresh(struct bluez *bluez)
{
	if (bluez->known.trouble != RADIO_FINE || !bluez->chosen || bluez->refresh_call)
		return false;
	sd_bus_message *message = bluez_message(bluez, "/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects");
	bool sent = bluez_send(bluez, message, &bluez->refresh_call, surveyed, bluez);
	bus_settle(bluez->bus);
	return sent;
}
