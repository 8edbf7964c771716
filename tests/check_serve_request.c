/* What the keeper of the pages takes for a request, and which command lines it allows. */

#include "node/desk/serve_kind.h"
#include "node/desk/verb_table.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool parse(const char *text, struct serve_request *out)
{
	return serve_request_parse(text, strlen(text), out);
}

#define SESSION "0123456789abcdef0123456789abcdef"

START_TEST(a_request_is_taken_apart)
{
	struct serve_request request;
	ck_assert(parse("{\"id\":7,\"session\":\"" SESSION "\",\"argv\":[\"send\",\"--text\",\"-\"],\"stdin\":\"a\\nb\"}", &request));
	ck_assert_int_eq(request.kind, SERVE_RUN);
	ck_assert_int_eq(request.id, 7);
	ck_assert_str_eq(request.session, SESSION);
	ck_assert_uint_eq(request.words_n, 3);
	ck_assert_str_eq(request.words[2], "-");
	ck_assert_str_eq(request.input, "a\nb");
	ck_assert(!request.has_passphrase);
	serve_request_free(&request);
	ck_assert(parse("{\"id\":8,\"open\":{\"passphrase\":\"sesame\"}}", &request));
	ck_assert_int_eq(request.kind, SERVE_OPEN);
	ck_assert_str_eq(request.passphrase.bytes, "sesame");
	ck_assert_uint_eq(request.passphrase.len, 6);
	serve_request_free(&request);
	ck_assert_str_eq(request.passphrase.bytes, "");
	ck_assert(parse("{\"id\":8,\"open\":{\"passphrase\":\"sesame\",\"name\":\"Amal\"},\"client\":\"10.42.0.7\"}", &request));
	ck_assert_str_eq(request.name, "Amal");
	ck_assert_str_eq(request.client, "10.42.0.7");
	serve_request_free(&request);
	ck_assert(parse("{\"id\":8,\"argv\":[\"init\",\"--name\",\"--name\",\"--name\",\"Amal\"]}", &request));
	ck_assert_str_eq(request.name, "Amal");
	serve_request_free(&request);
	ck_assert(parse("{\"id\":9,\"lock\":true,\"session\":\"" SESSION "\"}", &request) && request.kind == SERVE_LOCK);
	serve_request_free(&request);
	ck_assert(parse("{\"id\":10,\"state\":true,\"session\":\"\"}", &request) && request.kind == SERVE_STATE);
	serve_request_free(&request);
}
END_TEST

START_TEST(what_is_no_request_is_refused)
{
	static const char *const bad[] = {
		"",
		"7",
		"[]",
		"{}",
		"{\"id\":1}",
		"{\"argv\":[\"status\"]}",
		"{\"id\":-1,\"argv\":[\"status\"]}",
		"{\"id\":1.5,\"argv\":[\"status\"]}",
		"{\"id\":\"1\",\"argv\":[\"status\"]}",
		"{\"id\":1,\"argv\":[]}",
		"{\"id\":1,\"argv\":\"status\"}",
		"{\"id\":1,\"argv\":[7]}",
		"{\"id\":1,\"argv\":[\"status\"],\"more\":1}",
		"{\"id\":1,\"more\":true}",
		"{\"id\":1,\"more\":true,\"session\":\"\"}",
		"{\"id\":1,\"id\":1,\"argv\":[\"status\"]}",
		"{\"id\":1,\"argv\":[\"status\"],\"state\":true}",
		"{\"id\":1,\"argv\":[\"status\"],\"session\":\"x\"}",
		"{\"id\":1,\"argv\":[\"status\"],\"session\":7}",
		"{\"id\":1,\"argv\":[\"status\"],\"stdin\":7}",
		"{\"id\":1,\"argv\":[\"st\\u0000atus\"]}",
		"{\"id\":1,\"argv\":[\"init\"],\"passphrase\":\"a\\nb\"}",
		"{\"id\":1,\"open\":{}}",
		"{\"id\":1,\"open\":{\"passphrase\":7}}",
		"{\"id\":1,\"open\":{\"passphrase\":\"\",\"more\":1}}",
		"{\"id\":1,\"open\":{\"passphrase\":\"\"},\"session\":\"\"}",
		"{\"id\":1,\"open\":{\"passphrase\":\"\"},\"passphrase\":\"\"}",
		"{\"id\":1,\"open\":{\"passphrase\":\"\",\"name\":7}}",
		"{\"id\":1,\"open\":{\"name\":\"Amal\"}}",
		"{\"id\":1,\"argv\":[\"status\"],\"client\":7}",
		"{\"id\":1,\"lock\":true}",
		"{\"id\":1,\"lock\":false,\"session\":\"\"}",
		"{\"id\":1,\"state\":1,\"session\":\"\"}",
		"{\"id\":1,\"state\":true,\"session\":\"\",\"stdin\":\"\"}",
		"{\"id\":1,\"argv\":[\"status\"]} x",
		"{\"id\":1,\"argv\":[\"\xff\"]}",
	};
	struct serve_request request;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(!parse(bad[i], &request), "%s", bad[i]);
}
END_TEST

static json_t *words(unsigned n, size_t size)
{
	json_t *array = json_array();
	char *word = malloc(size + 1);
	memset(word, 'x', size);
	word[size] = '\0';
	for (unsigned i = 0; i < n; i++)
		json_array_append_new(array, json_string(word));
	free(word);
	return json_pack("{s:i, s:o}", "id", 1, "argv", array);
}

static bool parse_object(json_t *object)
{
	struct serve_request request;
	char *text = json_dumps(object, 0);
	bool good = parse(text, &request);
	if (good)
		serve_request_free(&request);
	free(text);
	json_decref(object);
	return good;
}

START_TEST(a_request_has_bounds)
{
	char passphrase[PASSPHRASE_MAX + 2];
	memset(passphrase, 'x', sizeof passphrase);
	passphrase[PASSPHRASE_MAX + 1] = '\0';
	ck_assert(parse_object(words(SERVE_WORDS_MAX, 1)));
	ck_assert(!parse_object(words(SERVE_WORDS_MAX + 1, 1)));
	ck_assert(parse_object(words(1, SERVE_WORD_SIZE_MAX)));
	ck_assert(!parse_object(words(1, SERVE_WORD_SIZE_MAX + 1)));
	ck_assert(!parse_object(json_pack("{s:i, s:{s:s}}", "id", 1, "open", "passphrase", passphrase)));
	passphrase[PASSPHRASE_MAX] = '\0';
	ck_assert(parse_object(json_pack("{s:i, s:{s:s}}", "id", 1, "open", "passphrase", passphrase)));
}
END_TEST

static const struct serve_allowed *allow(const char *argv)
{
	static struct serve_request request;
	static char text[1024];
	snprintf(text, sizeof text, "{\"id\":1,\"argv\":%s}", argv);
	for (char *quote = text; (quote = strchr(quote, '\'')) != NULL;)
		*quote = '"';
	ck_assert_msg(parse(text, &request), "%s", text);
	const struct serve_allowed *row = serve_allow(&serve_barid, &request);
	serve_request_free(&request);
	return row;
}

START_TEST(what_a_page_needs_is_allowed)
{
	static const char *const good[] = {
		"['status']",
		"['id','--card']",
		"['card','-']",
		"['contact','add','Bashar','-']",
		"['contact','add','Bashar','--letter','abcd']",
		"['contact','verify','Bashar','--yes']",
		"['org','trust','-']",
		"['medevac','--org','Medics','--red','1','--hazard','fire','--text','--home']",
		"['safe','--to','Bashar','--text','-','--send-now']",
		"['bus','post','--public','--line','1','--verb','turned-back']",
		"['alert']",
		"['alert','list']",
		"['show','0123abcd']",
		"['track']",
		"['reply','0123abcd','--text','hello']",
		"['role','take','-']",
		"['wipe']",
		"['passphrase','-']",
		"['seek','--org','Tracing','--name','Amal','--age','child']",
		"['seen','--about','0123abcd','--news','believed-alive','--source','saw']",
		"['need','--org','Relief','--sector','water']",
		"['search','Amal','Hassan']",
	};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		ck_assert_msg(allow(good[i]) != NULL, "%s", good[i]);
	ck_assert_int_eq(allow("['status']")->need, SERVE_ANYBODY);
	ck_assert_int_eq(allow("['inbox']")->need, SERVE_PERSON);
	ck_assert_int_eq(allow("['wipe']")->need, SERVE_PERSON);
}
END_TEST

START_TEST(nothing_else_is_allowed)
{
	static const char *const bad[] = {
		"['serve']",
		"['bundle','export','/tmp/x']",
		"['bundle','import','-']",
		"['']",
		"['--help']",
		"['status','--radio']",
		"['status','extra']",
		"['inbox','--home','/tmp']",
		"['inbox','--post','/tmp/x']",
		"['inbox','--passphrase-fd','0']",
		"['inbox','--json']",
		"['inbox','--help']",
		"['inbox','-h']",
		"['inbox','--new=']",
		"['inbox','--ne']",
		"['inbox','--']",
		"['--home','/tmp','inbox']",
		"['card','/etc/passwd']",
		"['card']",
		"['contact']",
		"['contact','add','Bashar','/etc/passwd']",
		"['contact','add','Bashar','./-']",
		"['contact','add','-x','-']",
		"['contact','add','-','-']",
		"['contact','add','','-']",
		"['contact','export','x']",
		"['org','trust','/etc/passwd']",
		"['org','trust','-','-']",
		"['role','take','/etc/passwd']",
		"['role','revoke','Rana']",
		"['safe','--to','Bashar','--wait','received']",
		"['safe','--to']",
		"['safe','--timeout','5']",
		"['safe','--text=-']",
		"['safe','-t','x']",
		"['safe','Bashar']",
		"['bus']",
		"['bus','post','--public','--line','1','--go']",
		"['alert','--public','--area','x','--safe']",
		"['headcount','--public','--complete']",
		"['show','../../x']",
		"['show','ABCD']",
		"['show','abc']",
		"['show']",
		"['reply','--text','x']",
		"['wipe','--yes']",
		"['passphrase']",
		"['passphrase','new']",
		"['passphrase','-','-']",
		"['wipe','-']",
		"['init','extra']",
		"['init','--no-input']",
		"['doctor','x']",
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(allow(bad[i]) == NULL, "%s", bad[i]);
}
END_TEST

START_TEST(a_passphrase_goes_only_where_it_belongs)
{
	struct serve_request request;
	ck_assert(parse("{\"id\":1,\"argv\":[\"inbox\"],\"passphrase\":\"x\"}", &request));
	ck_assert_ptr_null(serve_allow(&serve_barid, &request));
	serve_request_free(&request);
	ck_assert(parse("{\"id\":1,\"argv\":[\"init\"],\"passphrase\":\"x\"}", &request));
	ck_assert_ptr_nonnull(serve_allow(&serve_barid, &request));
	serve_request_free(&request);
}
END_TEST

/* No row may name an option that reaches files, sockets, descriptors, or waits, whatever is added to the table. */
START_TEST(no_row_lets_a_page_reach_a_file_or_wait)
{
	static const char *const never[] = {"home", "post", "passphrase-fd", "json", "help", "version", "wait", "timeout", "listen", "salvage"};
	for (const struct serve_allowed *row = serve_barid.allowed; row->verb != NULL; row++) {
		char options[512], *rest = NULL;
		snprintf(options, sizeof options, "%s", row->options);
		for (char *name = strtok_r(options, " ", &rest); name != NULL; name = strtok_r(NULL, " ", &rest)) {
			ck_assert_msg(verbset_option(&verb_table, name) != NULL, "%s has no option %s", row->verb, name);
			for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
				ck_assert_str_ne(name, never[i]);
		}
	}
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("serve_request");
	TCase *tests = tcase_create("requests");
	tcase_add_test(tests, a_request_is_taken_apart);
	tcase_add_test(tests, what_is_no_request_is_refused);
	tcase_add_test(tests, a_request_has_bounds);
	tcase_add_test(tests, what_a_page_needs_is_allowed);
	tcase_add_test(tests, nothing_else_is_allowed);
	tcase_add_test(tests, a_passphrase_goes_only_where_it_belongs);
	tcase_add_test(tests, no_row_lets_a_page_reach_a_file_or_wait);
	suite_add_tcase(suite, tests);
	return suite;
}
