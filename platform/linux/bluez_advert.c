#include "platform/linux/bluez_inside.h"

#include <stdio.h>
#include <string.h>

/* Letters come in bursts, and each of them changes the beacon. */
enum { CHANGE_EVERY_MS = 1000 };

static const char interface[] = "org.bluez.LEAdvertisement1";

static int get_type(sd_bus *bus, const char *path, const char *of, const char *property, sd_bus_message *reply, void *owner, sd_bus_error *error)
{
	(void)bus; /* all of it is the same for every advertisement */
	(void)path;
	(void)of;
	(void)property;
	(void)owner;
	(void)error;
	return sd_bus_message_append(reply, "s", "peripheral");
}

/* Without the flag bluetoothd (5.66) at the other end passes over a device that it does not know. */
static int get_discoverable(sd_bus *bus, const char *path, const char *of, const char *property, sd_bus_message *reply, void *owner,
			    sd_bus_error *error)
{
	(void)bus; /* all of it is the same for every advertisement */
	(void)path;
	(void)of;
	(void)property;
	(void)owner;
	(void)error;
	return sd_bus_message_append(reply, "b", 1);
}

static int get_service_data(sd_bus *bus, const char *path, const char *of, const char *property, sd_bus_message *reply, void *owner,
			    sd_bus_error *error)
{
	const struct bluez_advert *advert = owner;
	(void)bus; /* one advertisement at a time */
	(void)path;
	(void)of;
	(void)property;
	(void)error;
	int failed = sd_bus_message_open_container(reply, 'a', "{sv}");
	if (failed >= 0)
		failed = sd_bus_message_open_container(reply, 'e', "sv");
	if (failed >= 0)
		failed = sd_bus_message_append(reply, "s", bluez_service_uuid);
	if (failed >= 0)
		failed = sd_bus_message_open_container(reply, 'v', "ay");
	if (failed >= 0)
		failed = sd_bus_message_append_array(reply, 'y', advert->beacon, BEACON_SIZE);
	for (unsigned i = 0; i < 3 && failed >= 0; i++)
		failed = sd_bus_message_close_container(reply);
	return failed;
}

static struct bluez *bluez_of(struct bluez_advert *advert)
{
	return (struct bluez *)(void *)((char *)advert - offsetof(struct bluez, advert));
}

static void forget(struct bluez_advert *advert)
{
	bluez_release(&advert->call);
	bluez_release(&advert->object);
	advert->state = ADVERT_NONE;
	advert->anew = advert->again = false;
}

/* BlueZ took it off the air by itself. */
static int released(sd_bus_message *message, void *owner, sd_bus_error *error)
{
	struct bluez_advert *advert = owner;
	struct bluez *bluez = bluez_of(advert);
	const char *sender = sd_bus_message_get_sender(message);
	(void)error; /* there is nothing to refuse */
	if (sender && !strcmp(sender, bluez->service) && (advert->state == ADVERT_SHOWN || advert->state == ADVERT_ADDING)) {
		bluez_release(&advert->call);
		advert->state = ADVERT_NONE;
		bluez_retry_later(bluez, &advert->retry);
		bluez_wake(bluez);
	}
	return sd_bus_reply_method_return(message, NULL);
}

/* The bus' rules decide who may call us; sd-bus' own would let in only programs of the same user, and bluetoothd is none. */
static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_PROPERTY("Type", "s", get_type, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("ServiceData", "a{sv}", get_service_data, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("Discoverable", "b", get_discoverable, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_METHOD("Release", NULL, NULL, released, 0),
	SD_BUS_VTABLE_END,
};

static int added(sd_bus_message *answer, void *owner, sd_bus_error *error)
{
	struct bluez *bluez = owner;
	(void)error; /* nobody gets an answer to an answer */
	if (bluez_answered(bluez, answer, &bluez->advert.call)) {
		bluez->advert.state = ADVERT_SHOWN;
		bluez->advert.retry.delay_ms = 0;
		return 0;
	}
	/* Another attempt is another path, so that what BlueZ may have kept of this one is not in its way. */
	bluez_advert_reset(bluez);
	bluez_retry_later(bluez, &bluez->advert.retry);
	return 0;
}

static int removed(sd_bus_message *answer, void *owner, sd_bus_error *error)
{
	struct bluez *bluez = owner;
	(void)error; /* nobody gets an answer to an answer */
	/* If BlueZ says no, it is because it does not know of the advertisement. */
	(void)bluez_answered(bluez, answer, &bluez->advert.call);
	forget(&bluez->advert);
	return 0;
}

static bool add(struct bluez *bluez)
{
	struct bluez_advert *advert = &bluez->advert;
	(void)snprintf(advert->path, sizeof advert->path, "/advertisement/%u", (unsigned)advert->serial++);
	memcpy(advert->beacon, advert->wish, BEACON_SIZE);
	advert->changed_ms = bluez_now_ms(bluez);
	advert->anew = advert->again = false;
	bluez_release(&advert->object);
	if (sd_bus_add_object_vtable(bluez->connection, &advert->object, advert->path, interface, vtable, advert) < 0)
		return false;
	sd_bus_message *message = bluez_message(bluez, bluez->path, bluez_manager_interface, "RegisterAdvertisement");
	if (message && sd_bus_message_append(message, "oa{sv}", advert->path, 0) < 0)
		message = sd_bus_message_unref(message);
	if (!bluez_send(bluez, message, &advert->call, added, bluez))
		return false;
	advert->state = ADVERT_ADDING;
	return true;
}

static bool unregister(struct bluez *bluez, sd_bus_slot **slot)
{
	sd_bus_message *message = bluez_message(bluez, bluez->path, bluez_manager_interface, "UnregisterAdvertisement");
	if (message && sd_bus_message_append(message, "o", bluez->advert.path) < 0)
		message = sd_bus_message_unref(message);
	return bluez_send(bluez, message, slot, removed, bluez);
}

/* In place: BlueZ then keeps the registration, and the kernel its private address. */
static uint64_t change(struct bluez *bluez)
{
	struct bluez_advert *advert = &bluez->advert;
	uint64_t due_ms = advert->changed_ms + CHANGE_EVERY_MS;
	if (due_ms > bluez_now_ms(bluez))
		return due_ms;
	advert->changed_ms = bluez_now_ms(bluez);
	advert->again = false;
	memcpy(advert->beacon, advert->wish, BEACON_SIZE);
	if (sd_bus_emit_properties_changed(bluez->connection, advert->path, interface, "ServiceData", NULL) < 0)
		advert->anew = true;
	return advert->anew ? bluez_now_ms(bluez) + CHANGE_EVERY_MS : LOOP_NEVER;
}

static void withdraw(struct bluez *bluez)
{
	if (unregister(bluez, &bluez->advert.call))
		bluez->advert.state = ADVERT_REMOVING;
	else
		forget(&bluez->advert);
}

uint64_t bluez_advert_step(struct bluez *bluez, bool able)
{
	struct bluez_advert *advert = &bluez->advert;
	switch (advert->state) {
	case ADVERT_ADDING:
	case ADVERT_REMOVING:
		return LOOP_NEVER;
	case ADVERT_SHOWN:
		if (!advert->wanted || advert->anew) {
			withdraw(bluez);
			return LOOP_NEVER;
		}
		return advert->again || memcmp(advert->wish, advert->beacon, BEACON_SIZE) ? change(bluez) : LOOP_NEVER;
	case ADVERT_NONE:
		break;
	}
	if (!advert->wanted || !able)
		return LOOP_NEVER;
	if (bluez_retry_due(bluez, &advert->retry) && !add(bluez))
		bluez_retry_later(bluez, &advert->retry);
	return advert->state == ADVERT_NONE ? advert->retry.at_ms : LOOP_NEVER;
}

void bluez_advert_reset(struct bluez *bluez)
{
	if (bluez->advert.state != ADVERT_NONE && bluez->service[0])
		(void)unregister(bluez, NULL); /* it may know nothing of it */
	forget(&bluez->advert);
}
