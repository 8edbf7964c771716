#include "platform/linux/bluez_inside.h"
#include "platform/log.h"

#include <assert.h>

enum { CALL_TIMEOUT_US = 15000000, RETRY_FIRST_MS = 250, RETRY_MOST_MS = 30000 };

void bluez_wake(struct bluez *bluez)
{
	loop_timer_set(bluez->timer, 0);
}

uint64_t bluez_now_ms(struct bluez *bluez)
{
	return loop_now(bluez->loop).boot_ms;
}

void bluez_release(sd_bus_slot **slot)
{
	*slot = sd_bus_slot_unref(*slot);
}

void bluez_retry_later(struct bluez *bluez, struct bluez_retry *retry)
{
	uint64_t delay_ms = retry->delay_ms ? retry->delay_ms * 2 : RETRY_FIRST_MS;
	retry->delay_ms = delay_ms < RETRY_MOST_MS ? delay_ms : RETRY_MOST_MS;
	retry->at_ms = bluez_now_ms(bluez) + retry->delay_ms;
}

bool bluez_retry_due(struct bluez *bluez, const struct bluez_retry *retry)
{
	return retry->delay_ms == 0 || retry->at_ms <= bluez_now_ms(bluez);
}

sd_bus_message *bluez_message(struct bluez *bluez, const char *path, const char *interface, const char *member)
{
	sd_bus_message *message = NULL;
	if (sd_bus_message_new_method_call(bluez->connection, &message, bluez->service, path, interface, member) < 0)
		return NULL;
	return message;
}

bool bluez_send(struct bluez *bluez, sd_bus_message *message, sd_bus_slot **slot, sd_bus_message_handler_t answered, void *owner)
{
	if (!message)
		return false;
	assert(!slot || !*slot);
	int error;
	if (slot)
		error = sd_bus_call_async(bluez->connection, slot, message, answered, owner, CALL_TIMEOUT_US);
	else if ((error = sd_bus_message_set_expect_reply(message, false)) >= 0)
		error = sd_bus_send(bluez->connection, message, NULL);
	sd_bus_message_unref(message);
	return error >= 0;
}

static bool is_refusal(const sd_bus_error *error)
{
	return sd_bus_error_has_name(error, SD_BUS_ERROR_ACCESS_DENIED) || sd_bus_error_has_name(error, "org.bluez.Error.NotAuthorized");
}

bool bluez_answered(struct bluez *bluez, sd_bus_message *answer, sd_bus_slot **slot)
{
	const sd_bus_error *error = sd_bus_message_get_error(answer);
	bluez_release(slot);
	bluez_wake(bluez);
	if (error)
		log_debug("the Bluetooth service answers %.60s: %.100s", error->name, error->message ? error->message : "");
	if (!error)
		bluez->denied = false;
	else if (is_refusal(error))
		bluez->denied = true;
	return !error;
}

bool bluez_objects(sd_bus_message *message, void (*visit)(void *owner, const char *path, const struct bluez_object *object), void *owner)
{
	int error = sd_bus_message_enter_container(message, 'a', "{oa{sa{sv}}}");
	while (error >= 0 && (error = sd_bus_message_enter_container(message, 'e', "oa{sa{sv}}")) > 0) {
		struct bluez_object object;
		const char *path;
		if (sd_bus_message_read_basic(message, 'o', &path) <= 0 || !bluez_parse_interfaces(message, &object))
			return false;
		visit(owner, path, &object);
		error = sd_bus_message_exit_container(message);
	}
	return error >= 0;
}

int bluez_match_answered(sd_bus_message *answer, void *owner, sd_bus_error *error)
{
	(void)owner; /* without the match we hear less, and there is nothing else to do about it */
	(void)error;
	if (sd_bus_message_get_error(answer))
		log_warn("the system bus does not let us listen to the Bluetooth service");
	return 0;
}
