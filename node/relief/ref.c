#include "node/relief/ref.h"

#include "node/desk/letter.h"
#include "node/desk/text.h"

#include <assert.h>
#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { DIGITS_MIN = 3, DIGITS_MAX = 8, CHECK_BASE = 10 };

char ref_letter(uint8_t type)
{
	switch (type) {
	case LETTER_MEDEVAC:
		return 'M';
	case LETTER_SAFE:
		return 'S';
	case LETTER_SEEK:
		return 'Q';
	case LETTER_SEEN:
		return 'K';
	case LETTER_PATIENT:
		return 'P';
	case LETTER_INCIDENT:
		return 'C';
	case LETTER_NEED:
		return 'N';
	case LETTER_TRANSPORT:
		return 'T';
	case LETTER_ALERT:
		return 'A';
	case LETTER_FACILITY:
		return 'F';
	case LETTER_HEADCOUNT:
		return 'H';
	case LETTER_LETTER:
		return 'L';
	default:
		return 'X';
	}
}

/* One step of MOD 11,10; product starts at 10. */
static unsigned check_step(unsigned product, unsigned digit)
{
	unsigned sum = (product + digit) % CHECK_BASE;
	return (sum == 0 ? CHECK_BASE : sum) * 2 % (CHECK_BASE + 1);
}

/* The letter counts as its two-digit place in the alphabet. digits: decimal text. */
static unsigned check_digit(char letter, const char *digits, size_t len)
{
	unsigned place = (unsigned)(letter - 'A') + 1;
	unsigned product = check_step(check_step(CHECK_BASE, place / 10), place % 10);
	for (size_t i = 0; i < len; i++)
		product = check_step(product, (unsigned)(digits[i] - '0'));
	return (CHECK_BASE + 1 - product) % CHECK_BASE;
}

void ref_text(uint8_t type, uint32_t number, char out[static REF_TEXT])
{
	assert(number >= 1);
	assert(number <= REF_NUMBER_MAX);
	char digits[DIGITS_MAX + 3];
	char letter = ref_letter(type);
	int len = snprintf(digits, sizeof(digits), "%0*u", DIGITS_MIN, (unsigned)number);
	(void)snprintf(out, REF_TEXT, "%c-%s%u", letter, digits, check_digit(letter, digits, (size_t)len)); /* fits: 2 + 8 + 1 */
}

enum ref_result ref_parse(const char *text, char *letter, uint32_t *number)
{
	while (*text == ' ')
		text++;
	char first = (char)toupper((unsigned char)text[0]);
	if (first == '\0' || strchr("MSQKPCNTAFHLX", first) == NULL)
		return REF_NOT_ONE;
	text++;
	if (*text == '-' || *text == ' ')
		text++;
	uint64_t value;
	if (!text_count(text, (uint64_t)REF_NUMBER_MAX * CHECK_BASE + 9, &value))
		return REF_NOT_ONE;
	char digits[DIGITS_MAX + 3];
	int len = snprintf(digits, sizeof(digits), "%0*u", DIGITS_MIN, (unsigned)(value / CHECK_BASE));
	if (value / CHECK_BASE == 0 || check_digit(first, digits, (size_t)len) != value % CHECK_BASE)
		return REF_MISHEARD;
	*letter = first;
	*number = (uint32_t)(value / CHECK_BASE);
	return REF_OK;
}
