#include "proto/share.h"

/* No branch and no table depends on what is multiplied. */
static uint8_t times(uint8_t a, uint8_t b)
{
	enum { MODULUS = 0x1b };
	uint8_t product = 0;
	for (int bit = 0; bit < 8; bit++) {
		product = (uint8_t)(product ^ (a & (uint8_t) - (b & 1)));
		a = (uint8_t)(a << 1 ^ (MODULUS & (uint8_t) - (a >> 7)));
		b >>= 1;
	}
	return product;
}

/* a^254; 0 of 0. */
static uint8_t inverse(uint8_t a)
{
	uint8_t power = 1;
	for (int i = 0; i < 7; i++)
		power = times(times(power, power), a);
	return times(power, power);
}

void share_make(const uint8_t secret[static SHARE_SIZE], const uint8_t slope[static SHARE_SIZE], uint8_t x, uint8_t out[static SHARE_SIZE])
{
	for (int i = 0; i < SHARE_SIZE; i++)
		out[i] = (uint8_t)(secret[i] ^ times(slope[i], x));
}

bool share_join(uint8_t x1, const uint8_t value1[static SHARE_SIZE], uint8_t x2, const uint8_t value2[static SHARE_SIZE],
		uint8_t out[static SHARE_SIZE])
{
	if (x1 == x2 || x1 == 0 || x2 == 0)
		return false;
	uint8_t scale = inverse(x1 ^ x2);
	for (int i = 0; i < SHARE_SIZE; i++)
		out[i] = times((uint8_t)(times(x2, value1[i]) ^ times(x1, value2[i])), scale);
	return true;
}
