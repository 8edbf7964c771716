/* What a browser sends in a form or an address, and the page that shows it again: nothing of it opens a tag or leaves a field. */

#include "node/web/form.h"
#include "node/web/html.h"

#include "tests/fuzz/target.h"

#include <assert.h>
#include <jansson.h>
#include <string.h>

enum { PAGE_SIZE = 256 << 10 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct form form;
	struct html html;
	if (!form_parse((const char *)bytes, len, &form))
		return 0;
	assert(form.n <= FORM_FIELDS_MAX);
	bool opened = html_open(&html, PAGE_SIZE);
	assert(opened);
	for (unsigned i = 0; i < form.n; i++) {
		assert(strpbrk(form.fields[i].value, "\r") == NULL);
		html_text(&html, form.fields[i].value);
		html_value(&html, form.fields[i].value);
		html_add(&html, "%s", form.fields[i].name);
	}
	assert(!html.full);
	assert(strpbrk(html.bytes, "<>\"'") == NULL);
	json_t *utf8 = json_stringn(html.bytes, html.len);
	assert(utf8 != NULL);
	json_decref(utf8);
	html_close(&html);
	form_free(&form);
	return 0;
}
