#include "node/desk/package.h"

#include "crypto/digest.h"
#include "crypto/sign.h"
#include "crypto/verify.h"
#include "crypto/wipe.h"
#include "node/desk/text.h"
#include "platform/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_DOMAIN "barid package file v1"
#define SIGNED_DOMAIN "barid package signature v1"

enum { KEY_BYTES = 32, SIGNATURE_BYTES = 64 };

static const char form[] = "barid package v1 key %64[0-9a-f] signature %128[0-9a-f]";
static const char key_form[] = "barid package key v1 %64[0-9a-f]";

/* Of as many digits as fill out. */
static bool parse_hex(const char *text, uint8_t *out, size_t size)
{
	if (strlen(text) != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		const char pair[] = {text[2 * i], text[2 * i + 1], '\0'};
		out[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return true;
}

static bool sig_path(char path[static FILES_PATH_MAX], const char *file)
{
	return snprintf(path, FILES_PATH_MAX, "%s.sig", file) < FILES_PATH_MAX;
}

static void digest_file(const struct package *package, uint8_t out[static DIGEST_SIZE])
{
	digest_of(FILE_DOMAIN, package->bytes, package->len, out, DIGEST_SIZE);
}

enum err package_read(const char *path, struct package *out)
{
	*out = (struct package){0};
	enum err err = files_read(path, PACKAGE_MAX, &out->bytes, &out->len);
	if (err == ERR_OK && out->len == 0) {
		package_free(out);
		err = ERR_LIMIT;
	}
	return err;
}

void package_free(struct package *package)
{
	free(package->bytes);
	package->bytes = NULL;
}

/* The one way to write a signature down. */
static void put_signature(char out[static PACKAGE_SIGNATURE_MAX], const char *key_text, const char *signature_text)
{
	snprintf(out, PACKAGE_SIGNATURE_MAX, "barid package v1\nkey %s\nsignature %s\n", key_text, signature_text);
}

bool package_is_signed(struct package *package)
{
	char key_text[2 * KEY_BYTES + 1], signature_text[2 * SIGNATURE_BYTES + 1], again[PACKAGE_SIGNATURE_MAX];
	uint8_t key[KEY_BYTES], signature[SIGNATURE_BYTES], digest[DIGEST_SIZE];
	if (sscanf(package->signature, form, key_text, signature_text) != 2)
		return false;
	put_signature(again, key_text, signature_text);
	if (strcmp(again, package->signature) != 0 || !parse_hex(key_text, key, sizeof key) ||
	    !parse_hex(signature_text, signature, sizeof signature))
		return false;
	digest_file(package, digest);
	key_fingerprint(key, package->fingerprint);
	return signature_ok(SIGNED_DOMAIN, digest, sizeof digest, signature, key);
}

enum err package_check(const char *path, struct package *package)
{
	char beside[FILES_PATH_MAX];
	uint8_t *bytes = NULL;
	size_t len = 0;
	if (!sig_path(beside, path))
		return ERR_LIMIT;
	enum err err = files_read(beside, sizeof package->signature - 1, &bytes, &len);
	if (err == ERR_LIMIT)
		return ERR_DAMAGED;
	if (err != ERR_OK)
		return err;
	memcpy(package->signature, bytes, len);
	package->signature[len] = '\0';
	free(bytes);
	bool is_text = strlen(package->signature) == len;
	return is_text && package_is_signed(package) ? ERR_OK : ERR_DAMAGED;
}

enum err package_sign(const char *path, struct package *package, const uint8_t seed[static 32])
{
	char beside[FILES_PATH_MAX], key_text[2 * KEY_BYTES + 1], signature_text[2 * SIGNATURE_BYTES + 1];
	uint8_t key[KEY_BYTES], signature[SIGNATURE_BYTES], digest[DIGEST_SIZE];
	if (!sig_path(beside, path))
		return ERR_LIMIT;
	digest_file(package, digest);
	sign_public(seed, key);
	sign(SIGNED_DOMAIN, digest, sizeof digest, seed, signature);
	text_hex(key, sizeof key, key_text);
	text_hex(signature, sizeof signature, signature_text);
	key_fingerprint(key, package->fingerprint);
	put_signature(package->signature, key_text, signature_text);
	return files_replace(beside, package->signature, strlen(package->signature), 0644);
}

enum err package_key_make(const char *path, uint8_t seed[static 32])
{
	char digits[2 * KEY_BYTES + 1], text[128];
	key_random(seed, KEY_BYTES);
	text_hex(seed, KEY_BYTES, digits);
	int len = snprintf(text, sizeof text, "barid package key v1\n%s\n", digits);
	enum err err = files_create(path, text, (size_t)len, 0600);
	wipe(digits, sizeof digits);
	wipe(text, sizeof text);
	return err;
}

enum err package_key_read(const char *path, uint8_t seed[static 32])
{
	char digits[2 * KEY_BYTES + 1] = "";
	uint8_t *bytes = NULL;
	size_t len = 0;
	enum err err = files_read(path, PACKAGE_SIGNATURE_MAX, &bytes, &len);
	if (err != ERR_OK)
		return err == ERR_LIMIT ? ERR_DAMAGED : err;
	bool good = sscanf((const char *)bytes, key_form, digits) == 1 && parse_hex(digits, seed, KEY_BYTES);
	wipe(bytes, len);
	free(bytes);
	wipe(digits, sizeof digits);
	return good ? ERR_OK : ERR_DAMAGED;
}

void package_key_fingerprint(const uint8_t seed[static 32], char out[static FINGERPRINT_TEXT])
{
	uint8_t key[KEY_BYTES];
	sign_public(seed, key);
	key_fingerprint(key, out);
}
