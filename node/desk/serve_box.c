#include "node/desk/serve_box.h"

#include "node/desk/serve_kind.h"
#include "platform/log.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

enum { FORGET_MS = 3600 * 1000 }; /* how often it is looked which vaults are old */

static bool is_init(const struct serve_request *request)
{
	return request->kind == SERVE_RUN && strcmp(request->words[0], "init") == 0;
}

static bool is_change(const struct serve_request *request)
{
	return request->kind == SERVE_RUN && strcmp(request->words[0], "passphrase") == 0;
}

bool serve_box_asks_again(const struct serve_request *request)
{
	return is_change(request) || (request->kind == SERVE_RUN && strcmp(request->words[0], "wipe") == 0);
}

bool serve_box_is_guess(const struct serve_request *request)
{
	return request->kind == SERVE_OPEN || serve_box_asks_again(request);
}

bool serve_box_slows(const struct serve_box *box, const struct serve_request *request)
{
	return serve_box_is_guess(request) || (box->apart && is_init(request));
}

/* Whoever stands behind one address: this machine's own programs, and all who come by a server before us that speaks TLS. Where the many have one
 * vault, each of their accounts slows those who guess at it. */
static bool is_everybody(const struct serve_box *box, const char *client)
{
	return !box->apart && (strncmp(client, "127.", 4) == 0 || strcmp(client, "::1") == 0 || strncmp(client, "::ffff:127.", 11) == 0);
}

/* What the tries of a request's phone go by: "" none. */
static const char *client_of(const struct serve_box *box, const struct serve_request *request, char out[static SERVE_WHO_MAX + 1])
{
	bool counted = box->named && request->client[0] != '\0' && !is_everybody(box, request->client);
	snprintf(out, SERVE_WHO_MAX + 1, "%s%s", counted && is_init(request) ? "+" : "", counted ? request->client : "");
	return out;
}

static const char *vault_of(const char *folder)
{
	return folder[0] != '\0' ? folder : "vault";
}

uint64_t serve_box_wait(const struct serve_box *box, const struct serve_request *request, const char *folder, uint64_t now_ms)
{
	char client[SERVE_WHO_MAX + 1];
	if (!serve_box_slows(box, request))
		return 0;
	uint64_t client_s = serve_tries_wait(&box->clients, client_of(box, request, client), now_ms);
	uint64_t vault_s = is_init(request) ? 0 : serve_tries_wait(&box->vaults, vault_of(folder), now_ms);
	return client_s > vault_s ? client_s : vault_s;
}

bool serve_box_counted(const struct serve_request *request, int code, const void *bytes, size_t len, uint64_t *wait_s)
{
	struct serve_opened opened;
	if (code == 0 || request->kind != SERVE_OPEN || len != sizeof opened)
		return false;
	memcpy(&opened, bytes, sizeof opened);
	*wait_s = opened.wait_s;
	return opened.counted;
}

void serve_box_note(struct serve_box *box, const struct serve_request *request, const char *folder, int code, bool counted, uint64_t now_ms)
{
	char client[SERVE_WHO_MAX + 1];
	bool begun = is_init(request);
	if (box->apart && request->kind == SERVE_OPEN && code == 0)
		serve_people_used(&box->people, folder);
	if (!serve_box_slows(box, request) || (code != 0 && code != EX_NOPERM && !begun))
		return;
	if (!begun && !counted)
		serve_tries_note(&box->vaults, vault_of(folder), code == 0, now_ms);
	if ((begun || code != 0) && client_of(box, request, client)[0] != '\0')
		serve_tries_note(&box->clients, client, false, now_ms);
}

bool serve_box_folder(const struct serve_box *box, const struct serve_request *request, const struct serve_session *session,
		      char folder[static SERVE_FOLDER_DIGITS + 1])
{
	folder[0] = '\0';
	if (!box->named)
		return true;
	if (request->kind == SERVE_OPEN || is_init(request))
		return request->name != NULL && serve_people_folder(&box->people, request->name, folder);
	if (session != NULL)
		strcpy(folder, session->folder);
	return true;
}

bool serve_box_home(const struct serve_box *box, const char *folder, bool making, char home[static FILES_PATH_MAX])
{
	if (!box->apart)
		return snprintf(home, FILES_PATH_MAX, "%s", box->home) < FILES_PATH_MAX;
	if (folder[0] == '\0' || !serve_people_home(&box->people, folder, home) || (!making && !vault_exists(home)))
		return serve_people_nobody(&box->people, home);
	return true;
}

const char *serve_box_refuses(const struct serve_box *box, const struct serve_request *request, const char *folder)
{
	char home[FILES_PATH_MAX];
	if (box->apart && is_change(request) && (request->input == NULL || strcspn(request->input, "\n") < SERVE_PIN_LEAST))
		return "barid: the secret number is too short";
	if (!box->apart || !is_init(request))
		return NULL;
	if (request->passphrase.len < SERVE_PIN_LEAST)
		return "barid: the secret number is too short";
	if (!serve_people_home(&box->people, folder, home) || vault_exists(home))
		return "barid: that name is taken here";
	return serve_people_have_room(&box->people) ? NULL : "barid: there is no room for more people";
}

uint64_t serve_box_forget(struct serve_box *box, unsigned days, struct moment now)
{
	if (!box->apart)
		return UINT64_MAX;
	if (now.boot_ms >= box->forget_ms) {
		unsigned n = serve_people_forget(&box->people, now.unix_s, days);
		if (n > 0)
			log_info("vaults that nobody opened for long are erased: %u", n);
		box->forget_ms = now.boot_ms + FORGET_MS;
	}
	return box->forget_ms;
}
