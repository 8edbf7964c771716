#ifndef BARID_WEB_EXCHANGE_INSIDE_H
#define BARID_WEB_EXCHANGE_INSIDE_H
/* The inside of front and exchange, for those files only. */

#include "node/web/exchange.h"
#include "node/web/front.h"
#include "node/web/line.h"
#include "node/web/origin.h"
#include "node/web/site.h"
#include "node/web/visitors.h"

#include <event2/event.h>
#include <event2/http.h>
#include <netinet/in.h>

enum {
	EXCHANGES_MAX = 40,         /* at once; the keeper keeps as many waiting */
	EXCHANGES_ADDRESS_MAX = 12, /* of one address */
	EXCHANGE_HOST_MAX = 80,
	EXCHANGE_ADDRESS_MAX = 64,
	EXCHANGE_STATUS_MS = 5000, /* for so long the post's status counts as known */
};

struct front {
	const struct site *site;
	struct event_base *base;
	struct line *line;
	struct event *line_event, *line_out_event;
	struct visitors visitors;
	struct portal portal;
	const struct front_package *package; /* NULL: none */
	unsigned forget_days;                /* 0: never */
	const char *origin;                  /* as front_config has it */
	struct exchange *exchanges;          /* those being answered */
	unsigned exchanges_n;
	unsigned waits_n; /* of those, how many wait for news */
	json_int_t last_id;
	json_t *status; /* NULL: the post does not answer */
	uint64_t status_ms;
	bool has_status; /* it was asked */
	int exit_code;
};

/* What the exchange does with the next message from the keeper. */
typedef void exchange_heard(struct exchange *x, const json_t *message);

struct exchange {
	struct front *front;
	struct exchange *next;
	struct evhttp_request *request; /* evhttp drops its connection from it when the browser goes; ours until answered */
	char address[EXCHANGE_ADDRESS_MAX];
	char host[EXCHANGE_HOST_MAX]; /* as the browser named us */
	char ours[INET6_ADDRSTRLEN];  /* the address of ours that it came in at */
	uint16_t port;
	char path[VISITOR_PATH_MAX];
	enum words_lang lang;
	bool lang_chosen; /* by ?lang=: to be remembered */
	bool is_post;
	uint64_t now_s, now_ms;
	const struct page *page;
	struct form query, form;
	struct visitor *visitor; /* pinned */
	bool new_cookie;
	struct visitor_form *sent;       /* what was posted, NULL unless a POST with a token that we gave */
	bool is_old;                     /* a POST of a form that we gave, but do not know any more: it is shown again, and counts as refused */
	struct exchange *waits_for;      /* the same form is being taken for another exchange; only told apart from NULL */
	char name[VISITOR_NAME_MAX + 1]; /* whose vault is being unlocked, on a box of several people */
	bool has_vault, wants_passphrase, is_open, is_shared;
	json_t *person; /* who is in, as the keeper says; NULL nobody */
	struct html html;
	json_t *argv, *ask; /* being put together */
	bool unfit;         /* with a word that the keeper does not take */
	json_int_t ask_id;  /* 0: nothing asked */
	exchange_heard *heard;
	exchange_then *then;
	bool is_api; /* of a program (api.h): then there is no visitor, and these are set */
	enum api_method api_method;
	char session[VISITOR_DIGITS + 1]; /* the keeper's */
	bool is_again;                    /* who asks was looked up a second time */
	json_t *body;
	struct event *wait;
	void (*again)(struct exchange *x);
	json_t *kept[EXCHANGE_KEPT_MAX];
	int noted;
	unsigned refresh_s; /* 0: the page stays as it is */
	void (*ready)(struct exchange *x), (*send_compose)(struct exchange *x), (*send_show)(struct exchange *x);
};

/* What is wrong with a request as such. */
struct exchange_fault {
	bool not_us, bad_query, too_much, other_origin;
};

/* Takes a request of evhttp's and sees it through. */
void exchange_begin(struct front *front, struct evhttp_request *request);
/* Whether it was a phone's question about the internet: then it is answered, and the exchange has ended. */
bool exchange_probe(struct exchange *x, const struct evhttp_uri *uri);
/* Sees a request of a program through. */
void exchange_api(struct exchange *x, const struct exchange_fault *fault);
/* The body of one: flat JSON, bounded; foreign bytes. NULL: it is not. */
json_t *exchange_api_body(const char *bytes, size_t len);
/* The visitor of the request's cookie; NULL: none that is known. */
const struct visitor *exchange_known(struct exchange *x);
/* The keeper's answer, borrowed from its message. */
struct answer exchange_answer(const json_t *message);
/* The command line that was put together, to be let go of; NULL: the keeper would not take it, and exchange_unfit is its answer. */
json_t *exchange_take_ask(struct exchange *x);
extern const struct answer exchange_unfit;
/* Asks the keeper; takes the object, to which the id is added. */
void exchange_ask(struct exchange *x, json_t *message, exchange_heard *heard);
/* The admission is over: shows the page, or takes the form. */
void exchange_serve(struct exchange *x);
/* Shows what opens the vault in the place of the page; what was posted becomes the draft. */
void exchange_show_closed(struct exchange *x);
/* A page without a visitor that says what is wrong. */
void exchange_refuse(struct exchange *x, int status, enum word word);
/* The person's vault is open for this visitor by this session of the keeper's, or, if "", closed. */
void exchange_note_session(struct exchange *x, const char *session);
/* It was answered: whoever sent the same form meanwhile has their turn. Frees it. */
void exchange_finish(struct exchange *x);
/* What a Host and an Origin are compared with. Borrows from the exchange. */
struct origin_site exchange_origin_site(const struct exchange *x);
/* Answers the request with its headers as they are; takes the body, NULL: none. Whoever asked for the head alone is told the length only. */
void exchange_reply(struct exchange *x, int status, struct evbuffer *body);
/* Frees it. Its request has been answered. */
void exchange_end(struct exchange *x);

/* Sends to the keeper what waits, and goes on when the socket takes more. */
void front_flush(struct front *front);
/* Ends the process's loop with an exit code. */
void front_stop(struct front *front, int code);

#endif
