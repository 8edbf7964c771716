#include "node/desk/qr.h"

#include <stdlib.h>
#include <sysexits.h>

#ifdef BARID_WITH_QR
#include <qrencode.h>
#endif

#ifdef BARID_WITH_QR
/* Two rows of modules in one line of half blocks, with the quiet zone a camera needs. */
int qr_print(const struct cli *cli, const char *text, const char *instead)
{
	enum { QUIET = 4 };
	QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
	if (code == NULL)
		return cli_fail(cli, EX_OSERR, "this does not fit a QR code; use %s", instead);
	for (int y = -QUIET; y < code->width + QUIET; y += 2) {
		for (int x = -QUIET; x < code->width + QUIET; x++) {
			bool across = x >= 0 && x < code->width;
			bool top = across && y >= 0 && y < code->width && (code->data[y * code->width + x] & 1);
			bool bottom = across && y + 1 >= 0 && y + 1 < code->width && (code->data[(y + 1) * code->width + x] & 1);
			/* Light modules are drawn, so that it reads on a dark terminal. */
			fputs(top && bottom ? " " : top ? "\u2584" : bottom ? "\u2580" : "\u2588", stdout);
		}
		putchar('\n');
	}
	QRcode_free(code);
	return 0;
}
#else
int qr_print(const struct cli *cli, const char *text, const char *instead)
{
	(void)text; /* nothing to draw it with */
	return cli_fail(cli, EX_UNAVAILABLE, "this program was built without QR codes; use %s", instead);
}
#endif
