#include "node/web/bare.h"

#include "node/words/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_SIZE = 1024, PAGE_SIZE = 2048, TOO_LARGE = 413 };

/* What every answer of ours says, and evhttp never does. */
static const char ours[] = "nosniff";

/* The status of an answer that is evhttp's own; 0: it is ours, or no answer. */
static int bare_status(struct evbuffer *output)
{
	char head[HEAD_SIZE + 1];
	ev_ssize_t len = evbuffer_copyout(output, head, HEAD_SIZE);
	head[len > 0 ? len : 0] = '\0';
	if (strncmp(head, "HTTP/1.", 7) != 0 || strlen(head) < sizeof "HTTP/1.1 400" || strstr(head, ours) != NULL)
		return 0;
	int status = atoi(head + sizeof "HTTP/1.1");
	return status >= 400 && status < 600 ? status : 0;
}

/* Returns its length. */
static size_t write_page(int status, char out[static PAGE_SIZE])
{
	enum word word = status == TOO_LARGE ? WORD_ERROR_TOO_LONG : WORD_ERROR_NOT_DONE;
	size_t len = (size_t)snprintf(out, PAGE_SIZE, "<!DOCTYPE html><meta charset=\"utf-8\"><title>%d</title><h1>Barid</h1>", status);
	for (enum words_lang lang = 0; lang < WORDS_LANGS && len < PAGE_SIZE; lang++)
		len += (size_t)snprintf(out + len, PAGE_SIZE - len, "<p lang=\"%s\" dir=\"%s\">%s</p>", words_tag(lang),
					words_rtl(lang) ? "rtl" : "ltr", words_get(lang, word));
	return len < PAGE_SIZE ? len : PAGE_SIZE - 1;
}

void bare_mend(struct evbuffer *output)
{
	char page[PAGE_SIZE];
	int status = bare_status(output);
	if (status == 0)
		return;
	size_t len = write_page(status, page);
	(void)evbuffer_unfreeze(output, 1); /* a connection's buffer is closed to everybody but the connection */
	if (evbuffer_drain(output, evbuffer_get_length(output)) == 0)
		(void)evbuffer_add_printf(output,
					  "HTTP/1.1 %d Barid\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %zu\r\n"
					  "Content-Security-Policy: default-src 'none'\r\nX-Content-Type-Options: %s\r\nCache-Control: no-store\r\n"
					  "Connection: close\r\n\r\n%s",
					  status, len, ours, page); /* without memory nothing is said */
	(void)evbuffer_freeze(output, 1);                           /* as it was */
}
