#include "node/sim/report_inside.h"
#include "proto/envelope.h"

#include <inttypes.h>
#include <stdlib.h>

static const char style[] =
	"body{font:16px/1.45 system-ui,\"Segoe UI\",Roboto,\"Noto Sans\",\"DejaVu Sans\",Arial,sans-serif;color:#111;background:#fff;max-width:800px;"
	"margin:24px auto;padding:0 16px}\n"
	"h1{font-size:26px;margin-bottom:4px}h2{font-size:19px;margin:34px 0 6px}p{margin:6px 0}.small{color:#444;font-size:13px}\n"
	"table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums;margin:6px 0}\n"
	"th,td{border-bottom:1px solid #bbb;padding:4px 8px;text-align:right}th:first-child,td:first-child{text-align:left}\n"
	"svg{max-width:100%;height:auto;font-family:inherit}svg text{fill:#222}svg g[fill] text{fill:inherit}\n"
	".wide{overflow-x:auto}@media print{body{margin:0;max-width:none;font-size:12px}h2{break-after:avoid}svg,table{break-inside:avoid}}\n";

static void put_table(FILE *out, const struct report_table *table)
{
	if (table->rows == 0)
		return;
	fputs("<h2>", out);
	report_escape(out, table->title);
	fputs("</h2>\n<div class=\"wide\"><table>\n<thead><tr>", out);
	for (unsigned i = 0; i < table->columns; i++) {
		fputs("<th scope=\"col\">", out);
		report_escape(out, table->heads[i]);
		fputs("</th>", out);
	}
	fputs("</tr></thead>\n<tbody>\n", out);
	for (unsigned j = 0; j < table->rows; j++) {
		fputs("<tr>", out);
		for (unsigned i = 0; i < table->columns; i++) {
			fputs("<td>", out);
			report_escape(out, table->cells[j][i]);
			fputs("</td>", out);
		}
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
	if (table->note[0] != '\0') {
		fputs("<p class=\"small\">", out);
		report_escape(out, table->note);
		fputs("</p>\n", out);
	}
}

static bool put_sentences(FILE *out, const struct report_data *data)
{
	for (int class = LETTER_CLASSES - 1; class >= 0; class --) {
		struct report_class results;
		if (!report_class_of(data, (uint8_t) class, &results))
			return false;
		char sentence[256];
		report_sentence(report_class_names[class], &results, sentence);
		free(results.took_ms);
		if (sentence[0] == '\0')
			continue;
		fputs("<p>", out);
		report_escape(out, sentence);
		fputs("</p>\n", out);
	}
	return true;
}

/* What was watched during the run, in one sentence. */
static void put_checks(FILE *out, const struct report_data *data)
{
	unsigned watched = 0, broken = 0;
	const char *name;
	json_t *held;
	json_object_foreach(json_object_get(data->result, "checkers"), name, held)
	{
		watched++;
		broken += !json_is_true(held);
	}
	if (watched > 0 && broken == 0)
		fprintf(out, "<p>All %u rules that were watched during the run held.</p>\n", watched);
	if (broken > 0)
		fprintf(out, "<p><strong>Of %u rules that were watched during the run, %u did not hold: see the last table.</strong></p>\n", watched,
			broken);
}

static void put_head(FILE *out, const struct report_data *data)
{
	char nodes[REPORT_CELL], span[REPORT_CELL];
	report_number(data->nodes, nodes);
	report_duration(data->run_ms, span);
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" "
	      "content=\"width=device-width\"/>\n<title>",
	      out);
	report_escape(out, data->scenario);
	fprintf(out, ": a simulated run of Barid</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>", style);
	report_escape(out, data->scenario);
	fputs("</h1>\n<p>A simulated run of Barid: ", out);
	fprintf(out, "%s nodes, %s.</p>\n<p class=\"small\">Policy ", nodes, span);
	report_escape(out, data->policy);
	fputs(", seed ", out);
	report_escape(out, data->seed);
	fputs(", commit ", out);
	report_escape(out, data->commit);
	fputs(", event hash ", out);
	report_escape(out, data->hash[0] == '\0' ? "none: the run was broken off" : data->hash);
	fputs("</p>\n", out);
}

static void put_spread_title(FILE *out, const struct report_data *data)
{
	const struct report_spread *spread = &data->spread;
	if (spread->letter == REPORT_NONE) {
		fputs("<h2>How a letter spread</h2>\n", out);
		return;
	}
	const struct report_letter *letter = &data->letters[spread->letter];
	uint32_t half = (data->nodes + 1) / 2;
	char reached[REPORT_CELL], nodes[REPORT_CELL], at[REPORT_CELL];
	report_number(spread->reached, reached);
	report_number(data->nodes, nodes);
	fprintf(out, "<h2>How one %s spread: number %" PRIu32 "</h2>\n<p>",
		letter->kind == ENVELOPE_NOTICE ? "public notice"
		: letter->class == CLASS_URGENT ? "urgent letter"
						: "letter",
		spread->letter);
	fprintf(out, "Of %s nodes, %s have held it", nodes, reached);
	if (half > 0 && spread->reached >= half) {
		report_duration(spread->times_ms[half - 1], at);
		fprintf(out, "; half of all within %s", at);
	}
	fputs(".</p>\n", out);
}

static bool put_plots(FILE *out, const struct report_data *data, sqlite3 *db)
{
	fputs("<h2>How soon letters arrived</h2>\n", out);
	if (!report_plot_delivery(out, data))
		return false;
	put_spread_title(out, data);
	if (!report_plot_spread(out, data) || !report_map(out, data, db))
		return false;
	fputs("<h2>How many nodes took a letter so that it arrived</h2>\n", out);
	if (!report_plot_copies(out, data))
		return false;
	fputs("<h2>How full the stores were</h2>\n", out);
	if (!report_plot_store(out, data))
		return false;
	fputs("<h2>What one radio did in an hour</h2>\n", out);
	return report_plot_air(out, data);
}

bool report_page(FILE *out, const struct report_data *data, sqlite3 *db)
{
	struct report_table *table = malloc(sizeof *table);
	if (table == NULL)
		return false;
	put_head(out, data);
	bool good = put_sentences(out, data);
	put_checks(out, data);
	good = good && put_plots(out, data, db);
	for (unsigned i = 0; i < REPORT_TABLES && good; i++) {
		good = report_table_fill(data, i, table);
		if (good)
			put_table(out, table);
	}
	fputs("</body>\n</html>\n", out);
	free(table);
	return good;
}
