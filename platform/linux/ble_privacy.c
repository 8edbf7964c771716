#include "platform/linux/ble_privacy.h"

#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The management interface (BlueZ 5.66 doc/mgmt-api.txt), "Read Controller Information": all numbers little-endian. */
enum {
	ADAPTERS_MAX = 16,
	ANSWERS_MAX = 4, /* events of others may come between */
	READ_INFO = 0x0004,
	COMMAND_COMPLETE = 0x0001,
	HEADER_SIZE = 6, /* code, adapter, length of the rest */
	AT_OPCODE = HEADER_SIZE,
	AT_STATUS = AT_OPCODE + 2,
	AT_ADDRESS = AT_STATUS + 1,
	AT_CURRENT = AT_ADDRESS + 6 + 1 + 2 + 4, /* version, manufacturer, settings it supports */
	ANSWER_LEAST = AT_CURRENT + 4,
	SETTING_PRIVACY = 1 << 13,
};

static unsigned number_at(const uint8_t *bytes, size_t at, unsigned size)
{
	unsigned number = 0;
	for (unsigned i = 0; i < size; i++)
		number |= (unsigned)bytes[at + i] << (8 * i);
	return number;
}

enum ble_privacy ble_privacy_read(const uint8_t *answer, size_t len, const uint8_t identity[static BLE_LINK_ADDRESS_SIZE])
{
	if (len < ANSWER_LEAST || number_at(answer, 0, 2) != COMMAND_COMPLETE || number_at(answer, AT_OPCODE, 2) != READ_INFO || answer[AT_STATUS])
		return BLE_PRIVACY_UNKNOWN;
	if (memcmp(answer + AT_ADDRESS, identity, BLE_LINK_ADDRESS_SIZE) != 0)
		return BLE_PRIVACY_UNKNOWN;
	return number_at(answer, AT_CURRENT, 4) & SETTING_PRIVACY ? BLE_PRIVACY_ON : BLE_PRIVACY_OFF;
}

static enum ble_privacy ask(int fd, unsigned adapter, const uint8_t *identity)
{
	const uint8_t question[HEADER_SIZE] = {READ_INFO, 0, (uint8_t)adapter, 0, 0, 0};
	uint8_t answer[BLE_PRIVACY_ANSWER_MAX];
	if (send(fd, question, sizeof question, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)sizeof question)
		return BLE_PRIVACY_UNKNOWN;
	for (unsigned i = 0; i < ANSWERS_MAX; i++) {
		ssize_t got = recv(fd, answer, sizeof answer, MSG_DONTWAIT | MSG_TRUNC);
		if (got <= 0)
			break;
		enum ble_privacy privacy = ble_privacy_read(answer, (size_t)got < sizeof answer ? (size_t)got : sizeof answer, identity);
		if (privacy != BLE_PRIVACY_UNKNOWN)
			return privacy;
	}
	return BLE_PRIVACY_UNKNOWN;
}

enum ble_privacy ble_privacy_of(const uint8_t identity[static BLE_LINK_ADDRESS_SIZE])
{
	enum ble_privacy privacy = BLE_PRIVACY_UNKNOWN;
	int fd = socket(AF_BLUETOOTH, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, BTPROTO_HCI);
	if (fd < 0)
		return privacy;
	struct sockaddr_hci name = {.hci_family = AF_BLUETOOTH, .hci_dev = HCI_DEV_NONE, .hci_channel = HCI_CHANNEL_CONTROL};
	if (!bind(fd, (const struct sockaddr *)(const void *)&name, sizeof name))
		for (unsigned adapter = 0; adapter < ADAPTERS_MAX && privacy == BLE_PRIVACY_UNKNOWN; adapter++)
			privacy = ask(fd, adapter, identity);
	close(fd);
	return privacy;
}
