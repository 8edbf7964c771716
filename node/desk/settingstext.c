#include "node/desk/settingstext.h"

#include <assert.h>
#include <stdio.h>

#define BY_SETUP "say as root: barid-radio-setup; or "

/* state: %s is the finding's detail. */
struct words {
	const char *part;
	bool bad;
	const char *state, *advice;
};

static const struct words all_words[SYSCHECK_ITEMS] = {
	[SYSCHECK_KERNEL] = {"kernel", true, "the kernel of this machine, Debian %s, crashes now and then when a Bluetooth link ends",
			     "install a newer one (apt install linux-image-amd64, or what your machine uses) or start an older one"},
	[SYSCHECK_BLUEZ_MISSING] = {"bluetoothd", false, "there is a Bluetooth adapter, but BlueZ is not installed%s", "apt install bluez"},
	[SYSCHECK_BLUETOOTH_ADDRESS] = {"address", true, "%s does not ask for changing addresses, so this device can be followed by its Bluetooth",
					BY_SETUP "set \"Privacy = device\" under [General] there"},
	[SYSCHECK_BLUETOOTH_NAME] = {"name", true, "whoever connects by Bluetooth can read the name of this machine: %s",
				     BY_SETUP "set \"Name = device\" in /etc/bluetooth/main.conf and start bluetoothd with --noplugin=hostname"},
	[SYSCHECK_BLUETOOTH_DISK] = {"traces", true, "%s keeps a list of the devices met on the disk, where whoever takes this machine reads it",
				     BY_SETUP "mount a tmpfs there"},
	[SYSCHECK_BLUETOOTH_PENDING] = {"traces", false, "%s will be kept in memory only from the next start of Bluetooth on",
					"start this machine anew, or say: systemctl restart bluetooth"},
	[SYSCHECK_BLUETOOTH_CLASSIC] = {"classic", true, "%s leaves classic Bluetooth on, whose address never changes and answers whoever knows it",
					BY_SETUP "set \"ControllerMode = le\" under [General] there (classic headphones will not work)"},
	[SYSCHECK_BLUETOOTH_CACHE] = {"cache", false, "%s lets BlueZ write down what every neighbour offers",
				      BY_SETUP "set \"Cache = no\" under [GATT] there"},
	[SYSCHECK_BLUETOOTH_REVERSE] = {"questions", true, "%s lets BlueZ ask and answer on every link what is offered, in bytes that never change",
					BY_SETUP
					"set \"ReverseServiceDiscovery = false\" under [General] there (Bluetooth LE keyboards will not work)"},
	[SYSCHECK_BLUETOOTH_VERSION] = {"version", true, "%s lets whoever connects read which version of BlueZ runs here",
					BY_SETUP "set \"DeviceID = false\" under [General] there"},
	[SYSCHECK_WPA_MISSING] = {"wpa_supplicant", false, "there is a Wi-Fi device, but wpa_supplicant is not installed%s",
				  "Bluetooth serves without it; for fast contacts: apt install wpasupplicant"},
	[SYSCHECK_WPA_SOCKET] = {"wifi socket", false, "%s gives Barid no way to ask wpa_supplicant for Wi-Fi Direct",
				 BY_SETUP "set \"ctrl_interface=DIR=/run/wpa_supplicant GROUP=netdev\" there"},
	[SYSCHECK_WPA_P2P_OFF] = {"wifi direct", false, "%s switches Wi-Fi Direct off with this driver",
				  BY_SETUP "take that line out of the file in /etc/wpa_supplicant"},
	[SYSCHECK_WPA_ADDRESS] = {"wifi address", true, "%s lets Wi-Fi show its true address while it looks for networks",
				  BY_SETUP "set mac_addr, preassoc_mac_addr and gas_rand_mac_addr to 1 there"},
	[SYSCHECK_GROUP] = {"group", false, "the post's user, baridd, is not in group %s",
			    "say as root: adduser baridd GROUP, then systemctl restart baridd"},
};

void settingstext_of(const struct syscheck_finding *finding, struct settingstext *text)
{
	assert(finding->item < SYSCHECK_ITEMS);
	const struct words *words = &all_words[finding->item];
	*text = (struct settingstext){.part = words->part, .bad = words->bad, .advice = words->advice};
	snprintf(text->state, sizeof text->state, words->state, finding->detail);
}
