/* What a program sends to /api/v1: the first byte says what the rest is, a header with name and password, a path, a revision, or a body. */

#include "node/console/api.h"
#include "node/web/basic.h"
#include "node/web/exchange_inside.h"

#include "tests/fuzz/target.h"

#include <assert.h>
#include <string.h>

enum { TEXT_MAX = 2048 };

static void expect_basic(const char *text)
{
	struct basic basic;
	static const struct basic nothing;
	if (!basic_parse(text, &basic)) {
		assert(memcmp(&basic, &nothing, sizeof basic) == 0);
		return;
	}
	assert(basic.name[0] != '\0' && strchr(basic.name, ':') == NULL);
	assert(memchr(basic.name, '\0', sizeof basic.name) != NULL && memchr(basic.password, '\0', sizeof basic.password) != NULL);
	json_t *utf8 = json_pack("[s, s]", basic.name, basic.password);
	assert(utf8 != NULL);
	json_decref(utf8);
}

static void expect_place(const char *text)
{
	char ref[API_REF_MAX + 1];
	enum api_place place = api_place(text, ref);
	bool has_ref = place == API_CASE || place == API_NOTES || place == API_REPLIES;
	assert(has_ref == (ref[0] != '\0') && ref[0] != '-');
	assert(strpbrk(ref, " /%\n\r\"") == NULL);
}

static void expect_tag(const char *text)
{
	char tag[API_TAG_MAX + 1];
	unsigned number;
	if (api_tag(text, tag))
		assert(strspn(tag, "0123456789") == strlen(tag));
	if (api_number(text, 1000, &number))
		assert(number <= 1000);
}

static void expect_body(const char *bytes, size_t len)
{
	json_t *body = exchange_api_body(bytes, len);
	const char *name;
	json_t *value;
	if (body == NULL)
		return;
	assert(json_is_object(body));
	json_object_foreach(body, name, value) assert(json_is_string(value) || json_is_integer(value) || json_is_boolean(value));
	json_decref(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char text[TEXT_MAX];
	if (len == 0)
		return 0;
	if (bytes[0] == 'j') {
		expect_body((const char *)bytes + 1, len - 1);
		return 0;
	}
	size_t kept = len - 1 < sizeof text - 1 ? len - 1 : sizeof text - 1;
	memcpy(text, bytes + 1, kept);
	text[kept] = '\0';
	if (bytes[0] == 'b')
		expect_basic(text);
	else if (bytes[0] == 'p')
		expect_place(text);
	else
		expect_tag(text);
	return 0;
}
