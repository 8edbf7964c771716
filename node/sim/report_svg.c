#include "node/sim/report_inside.h"

#include <assert.h>

/* Okabe and Ito's colours, which people who see few colours tell apart; dashes and words beside the lines serve who sees none, and a black and white
 * printer. */
static const char *const colours[] = {"#555555", "#009e73", "#0072b2", "#d55e00"};
static const char *const dashes[] = {"2 4", "9 3 2 3", "8 4", "none"};
static const char *const widths[] = {"2", "2", "2", "3"};
enum { STYLES = sizeof colours / sizeof *colours };

void report_escape(FILE *out, const char *text)
{
	for (; *text != '\0'; text++)
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(*text, out);
		}
}

const char *report_colour(unsigned style)
{
	assert(style < STYLES);
	return colours[style];
}

void report_svg_text(FILE *out, double x, double y, const char *anchor, unsigned size, const char *text)
{
	fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%u\">", x, y, anchor, size);
	report_escape(out, text);
	fputs("</text>\n", out);
}

static void rule(FILE *out, double x1, double y1, double x2, double y2, const char *colour)
{
	fprintf(out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>\n", x1, y1, x2, y2, colour);
}

void report_svg_axes(FILE *out, const struct report_axes *axes, const struct report_tick *x, unsigned x_count, const struct report_tick *y,
		     unsigned y_count)
{
	double bottom = axes->top + axes->height, right = axes->left + axes->width;
	for (unsigned i = 0; i < y_count; i++) {
		double at = bottom - y[i].at * axes->height;
		rule(out, axes->left, at, right, at, "#dddddd");
		report_svg_text(out, axes->left - 6, at + 4, "end", 12, y[i].text);
	}
	for (unsigned i = 0; i < x_count; i++) {
		double at = axes->left + x[i].at * axes->width;
		rule(out, at, bottom, at, bottom + 5, "#333333");
		report_svg_text(out, at, bottom + 18, "middle", 12, x[i].text);
	}
	rule(out, axes->left, bottom, right, bottom, "#333333");
	rule(out, axes->left, axes->top, axes->left, bottom, "#333333");
	report_svg_text(out, axes->left, axes->top - 10, "start", 12, axes->y_title);
	report_svg_text(out, right, bottom + 36, "end", 12, axes->x_title);
}

void report_svg_line(FILE *out, const struct report_axes *axes, unsigned style, bool stepped, const struct report_point *points, size_t count)
{
	assert(style < STYLES);
	if (count == 0)
		return;
	double bottom = axes->top + axes->height;
	fputs("<path fill=\"none\" stroke-linejoin=\"round\" ", out);
	fprintf(out, "stroke=\"%s\" stroke-width=\"%s\" stroke-dasharray=\"%s\" d=\"", colours[style], widths[style], dashes[style]);
	for (size_t i = 0; i < count; i++) {
		double x = axes->left + points[i].x * axes->width, y = bottom - points[i].y * axes->height;
		if (stepped && i > 0)
			fprintf(out, "H%.1f", x);
		fprintf(out, "%c%.1f %.1f", i == 0 ? 'M' : 'L', x, y);
	}
	fputs("\"/>\n", out);
}
