#ifndef BARID_WEB_SIGN_H
#define BARID_WEB_SIGN_H
/*
 * A page to print and hang up beside a box: its Wi-Fi and its address, as words in all languages and as QR codes. Stands alone: nothing is loaded.
 * `barid sign` calls. It opens no file.
 */

#include <stdbool.h>
#include <stdio.h>

enum {
	SIGN_NAME_MAX = 32, /* bytes of a Wi-Fi network's name */
	SIGN_PASS_MIN = 8,
	SIGN_PASS_MAX = 63,
	SIGN_WIFI_MAX = 2 * (SIGN_NAME_MAX + SIGN_PASS_MAX) + 32,
};

struct sign {
	const char *name, *passphrase, *address; /* of the network; of the box in numbers: "10.42.0.1" */
};

/* What a phone's camera takes for a Wi-Fi network: "WIFI:S:...;T:WPA;P:...;;", with what would end a part early escaped. */
void sign_wifi(const struct sign *sign, char out[static SIGN_WIFI_MAX]);
/* Writes the page. False: it did not come out whole, or this program was built without QR codes. */
bool sign_print(const struct sign *sign, FILE *out);

#endif
