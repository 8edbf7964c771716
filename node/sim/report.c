#include "node/sim/report.h"

#include "node/desk/text.h"
#include "node/sim/logfile.h"
#include "node/sim/report_inside.h"
#include "platform/error.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

struct request {
	const char *run, *html;
	uint32_t letter;
	bool csv;
};

static const char usage[] = "usage: barid-sim report RUN.db [--html FILE] [--csv] [--letter N]\n";

/* One sentence about a file whose name may be anything. */
static void complain(const char *file, const char *what)
{
	char inert[REPORT_TEXT * 4];
	text_inert(file, false, inert, sizeof inert);
	fprintf(stderr, "barid-sim: %s %s\n", inert, what);
}

/* EX_OK: go on. */
static int request_parse(struct request *request, int argc, char **argv)
{
	static const struct option options[] = {{"html", required_argument, NULL, 'o'},
						{"csv", no_argument, NULL, 'c'},
						{"letter", required_argument, NULL, 'l'},
						{NULL, 0, NULL, 0}};
	*request = (struct request){.letter = REPORT_NONE};
	optind = 0; /* whoever called us may have parsed something before */
	int got;
	while ((got = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		uint64_t letter = 0;
		if (got == 'o')
			request->html = optarg;
		else if (got == 'c')
			request->csv = true;
		else if (got == 'l' && text_count(optarg, REPORT_NONE - 1, &letter))
			request->letter = (uint32_t)letter;
		else {
			fputs(usage, stderr);
			return EX_USAGE;
		}
	}
	if (argc - optind != 1) {
		fputs(usage, stderr);
		return EX_USAGE;
	}
	request->run = argv[optind];
	return EX_OK;
}

/* SQLite would take a folder, or a file that may not be read, for a database it cannot open, and not say why. */
static int open_run(const char *path, sqlite3 **db)
{
	struct stat status;
	if (stat(path, &status) != 0 || access(path, R_OK) != 0) {
		enum err err = err_from_errno(errno);
		complain(path, err == ERR_NO_FILE ? "is not there; give the file that barid-sim run --log wrote" : "cannot be read");
		return err_exit_code(err);
	}
	int code = logfile_open(path, db);
	if (code == SQLITE_OK)
		code = sqlite3_exec(*db, "PRAGMA trusted_schema = OFF; PRAGMA query_only = ON; SELECT COUNT(*) FROM sqlite_schema", NULL, NULL, NULL);
	if (code == SQLITE_OK)
		return EX_OK;
	complain(path, code == SQLITE_BUSY ? "is being written; wait until the run has ended"
					   : "is not a log of barid-sim; make one with barid-sim run SCENARIO --log FILE");
	return code == SQLITE_BUSY ? EX_TEMPFAIL : EX_DATAERR;
}

static int print_tables(const struct report_data *data, bool csv)
{
	struct report_table *table = malloc(sizeof *table);
	if (table == NULL)
		return EX_SOFTWARE;
	char nodes[REPORT_CELL], span[REPORT_CELL];
	report_number(data->nodes, nodes);
	report_duration(data->run_ms, span);
	if (csv)
		fputs("table,row,column,value\r\n", stdout);
	else
		printf("%s: %s nodes, %s; policy %s, seed %s, commit %s\n", data->scenario, nodes, span, data->policy, data->seed, data->commit);
	bool good = true;
	for (unsigned i = 0; i < REPORT_TABLES && good; i++) {
		good = report_table_fill(data, i, table);
		if (good && csv)
			report_print_csv(stdout, table);
		else if (good)
			report_print_text(stdout, table);
	}
	free(table);
	if (good && fflush(stdout) != 0) {
		fputs("barid-sim: the output could not be written\n", stderr);
		return EX_IOERR;
	}
	return good ? EX_OK : EX_SOFTWARE;
}

/* A page written over the run itself would be the end of the run. */
static bool same_file(const char *one, const char *other)
{
	struct stat a, b;
	return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int write_page(const struct request *request, const struct report_data *data, sqlite3 *db)
{
	if (same_file(request->run, request->html)) {
		complain(request->html, "is the run itself; name another file for the page");
		return EX_USAGE;
	}
	FILE *out = fopen(request->html, "we");
	if (out == NULL) {
		enum err err = err_from_errno(errno);
		complain(request->html, err == ERR_NO_FILE ? "cannot be made: its folder is not there" : "cannot be written");
		return err == ERR_NO_FILE ? EX_CANTCREAT : err_exit_code(err);
	}
	bool good = report_page(out, data, db);
	bool written = ferror(out) == 0;
	written = fclose(out) == 0 && written;
	if (good && written)
		return EX_OK;
	complain(request->html, written ? "is not whole: there is not enough memory" : "is not whole: there is no space left, or the disk failed");
	return written ? EX_SOFTWARE : EX_IOERR;
}

int report_main(int argc, char **argv)
{
	struct request request;
	int code = request_parse(&request, argc, argv);
	if (code != EX_OK)
		return code;
	sqlite3 *db = NULL;
	struct report_data data = {0};
	code = open_run(request.run, &db);
	const char *why;
	if (code == EX_OK && (!report_data_read(&data, db, &why) || !report_spread_read(&data, db, request.letter, &why))) {
		complain(request.run, why);
		code = EX_DATAERR;
	}
	if (code == EX_OK)
		code = print_tables(&data, request.csv);
	if (code == EX_OK && request.html != NULL)
		code = write_page(&request, &data, db);
	report_data_free(&data);
	(void)sqlite3_close(db); /* nothing was written */
	return code;
}
