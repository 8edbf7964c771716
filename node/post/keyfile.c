#include "node/post/keyfile.h"

#include "crypto/gatekey.h"
#include "crypto/wipe.h"
#include "node/config.h"
#include "platform/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 4096 };

enum err keyfile_read(const char *path, uint8_t key[static DH_KEY_SIZE])
{
	uint8_t *text;
	size_t len;
	enum err err = files_read(path, FILE_MAX, &text, &len);
	if (err != ERR_OK)
		return err;
	size_t digits = len;
	while (digits > 0 && strchr(" \t\r\n", text[digits - 1]))
		text[--digits] = 0;
	err = config_key((const char *)text, key) ? ERR_OK : ERR_DAMAGED;
	wipe(text, len);
	free(text);
	return err;
}

void keyfile_text(const uint8_t key[static DH_KEY_SIZE], char text[static KEYFILE_TEXT])
{
	for (size_t i = 0; i < DH_KEY_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", key[i]);
}

enum err keyfile_gateway(const char *path, uint8_t secret[static DH_KEY_SIZE])
{
	enum err err = keyfile_read(path, secret);
	if (err != ERR_NO_FILE)
		return err;
	char text[KEYFILE_TEXT];
	gatekey_make(secret);
	keyfile_text(secret, text);
	text[KEYFILE_TEXT - 1] = '\n';
	err = files_create(path, text, sizeof text, 0600);
	wipe(text, sizeof text);
	return err == ERR_BUSY ? keyfile_read(path, secret) : err;
}
