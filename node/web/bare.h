#ifndef BARID_WEB_BARE_H
#define BARID_WEB_BARE_H
/*
 * What evhttp says by itself of requests that are none (400), of methods nobody knows (501) and of bodies without end (413): a bare page in English.
 * Such a page goes out as one of ours: in all five languages, since whose it would be is not
 * known, and with nothing of the request in it. The guard calls, which sees what connections begin to send.
 */

#include <event2/buffer.h>

/* What a connection is about to send, none of which has left yet: puts our page in the place of evhttp's. */
void bare_mend(struct evbuffer *output);

#endif
