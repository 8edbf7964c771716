#ifndef BARID_PLATFORM_LINUX_BLUEZ_RFKILL_H
#define BARID_PLATFORM_LINUX_BLUEZ_RFKILL_H
/* Whether a switch of the kernel (airplane mode, a hardware switch) keeps an adapter off, for bluez.c. It only reads. */

#include <stdbool.h>

#define BLUEZ_RFKILL_FOLDER "/sys/class/rfkill"

/* adapter: "hci0". Where the system tells nothing, nothing is blocked. */
bool bluez_rfkill_blocked(const char *folder, const char *adapter);

#endif
