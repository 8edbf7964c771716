/* Prints the secrets of the vault in a folder, a line of hex each, for tests that look where they must not be: what opens the file, the identity's
 * key, the seeds of both chains of day keys. The passphrase is read from standard input. */
#include "crypto/digest.h"
#include "node/desk/text.h"
#include "node/desk/vault.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static void print_hex(const uint8_t key[static 32])
{
	char hex[65];
	text_hex(key, 32, hex);
	puts(hex);
}

int main(int argc, char **argv)
{
	struct passphrase passphrase = {0};
	struct vault vault;
	if (argc != 2 || !crypto_start())
		return EX_USAGE;
	if (fgets(passphrase.bytes, sizeof passphrase.bytes, stdin) != NULL)
		passphrase.bytes[strcspn(passphrase.bytes, "\n")] = '\0';
	passphrase.len = strlen(passphrase.bytes);
	if (vault_open(argv[1], &passphrase, &vault) != ERR_OK)
		return EX_NOPERM;
	print_hex(vault.box.data_key);
	print_hex(vault.ring->secret);
	print_hex(vault.ring->fast.seed);
	print_hex(vault.ring->slow.seed);
	vault_close(&vault);
	return 0;
}
