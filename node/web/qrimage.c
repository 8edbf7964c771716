#include "node/web/qrimage.h"

#ifdef BARID_WITH_QR

#include <assert.h>
#include <qrencode.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A light margin of four modules, which cameras need, around at most 177. */
enum { QUIET = 4, WIDTH_MAX = 177 + 2 * QUIET, ROW_MAX = (WIDTH_MAX + 31) / 32 * 4, HEAD = 62, BITMAP_MAX = HEAD + WIDTH_MAX * ROW_MAX };

static void put32(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

/* A Windows bitmap of two colours, its rows from below. Returns its length. */
static size_t draw(const QRcode *code, uint8_t bitmap[static BITMAP_MAX])
{
	size_t width = (size_t)code->width + 2 * QUIET, row = (width + 31) / 32 * 4, len = HEAD + width * row;
	assert(len <= BITMAP_MAX);
	memset(bitmap, 0, len);
	bitmap[0] = 'B';
	bitmap[1] = 'M';
	put32(bitmap + 2, (uint32_t)len);
	put32(bitmap + 10, HEAD);
	put32(bitmap + 14, 40); /* of the second header */
	put32(bitmap + 18, (uint32_t)width);
	put32(bitmap + 22, (uint32_t)width);
	bitmap[26] = 1; /* plane */
	bitmap[28] = 1; /* bit for each module */
	put32(bitmap + 54, 0xFFFFFF);
	for (int y = 0; y < code->width; y++)
		for (int x = 0; x < code->width; x++) {
			size_t across = (size_t)x + QUIET, up = width - 1 - ((size_t)y + QUIET);
			if (code->data[y * code->width + x] & 1)
				bitmap[HEAD + up * row + across / 8] |= (uint8_t)(0x80 >> across % 8);
		}
	return len;
}

static void put_base64(struct html *html, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < len; i += 3) {
		uint32_t three = (uint32_t)bytes[i] << 16 | (i + 1 < len ? (uint32_t)bytes[i + 1] << 8 : 0) | (i + 2 < len ? bytes[i + 2] : 0);
		const char four[] = {digits[three >> 18], digits[three >> 12 & 63], i + 1 < len ? digits[three >> 6 & 63] : '=',
				     i + 2 < len ? digits[three & 63] : '=', '\0'};
		html_raw(html, four);
	}
}

bool qrimage_put(struct html *html, const char *text, const char *alt)
{
	QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
	if (code == NULL)
		return false;
	static uint8_t bitmap[BITMAP_MAX];
	size_t len = draw(code, bitmap);
	QRcode_free(code);
	html_add(html, "<img class=\"q\" alt=\"%s\" src=\"data:image/bmp;base64,", alt);
	put_base64(html, bitmap, len);
	html_raw(html, "\">");
	return true;
}

#else

bool qrimage_put(struct html *html, const char *text, const char *alt)
{
	(void)html; /* nothing to draw it with */
	(void)text;
	(void)alt;
	return false;
}

#endif
