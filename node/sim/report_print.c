#include "node/sim/report_inside.h"

#include <string.h>

/* Columns that a text takes on a terminal, for texts whose letters are one column wide: bytes that do not continue a letter. */
static int width_of(const char *text)
{
	int width = 0;
	for (; *text != '\0'; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

static void print_cell(FILE *out, const char *text, int width, bool right)
{
	int pad = width - width_of(text);
	fprintf(out, "%*s%s%*s", right ? pad : 0, "", text, right ? 0 : pad, "");
}

static void print_row(FILE *out, const char (*cells)[REPORT_CELL], const int *widths, unsigned columns)
{
	for (unsigned i = 0; i < columns; i++) {
		fputs(i == 0 ? "  " : "   ", out);
		print_cell(out, cells[i], i + 1 == columns && i == 0 ? 0 : widths[i], i > 0);
	}
	fputc('\n', out);
}

void report_print_text(FILE *out, const struct report_table *table)
{
	if (table->rows == 0)
		return;
	int widths[REPORT_COLUMNS_MAX];
	for (unsigned i = 0; i < table->columns; i++) {
		widths[i] = width_of(table->heads[i]);
		for (unsigned j = 0; j < table->rows; j++)
			if (width_of(table->cells[j][i]) > widths[i])
				widths[i] = width_of(table->cells[j][i]);
	}
	fprintf(out, "\n%s\n", table->title);
	print_row(out, table->heads, widths, table->columns);
	for (unsigned j = 0; j < table->rows; j++)
		print_row(out, table->cells[j], widths, table->columns);
	if (table->note[0] != '\0')
		fprintf(out, "  (%s)\n", table->note);
}

/* RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe. */
static void print_field(FILE *out, const char *text)
{
	fputc('"', out);
	if (text[0] != '\0' && strchr("=+@", text[0]) != NULL)
		fputc('\'', out);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

void report_print_csv(FILE *out, const struct report_table *table)
{
	for (unsigned j = 0; j < table->rows; j++)
		for (unsigned i = 1; i < table->columns; i++) {
			const char *const fields[] = {table->name, table->cells[j][0], table->heads[i], table->cells[j][i]};
			for (unsigned k = 0; k < sizeof fields / sizeof *fields; k++) {
				if (k > 0)
					fputc(',', out);
				print_field(out, fields[k]);
			}
			fputs("\r\n", out);
		}
}
