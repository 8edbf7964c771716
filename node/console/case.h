#ifndef BARID_CONSOLE_CASE_H
#define BARID_CONSOLE_CASE_H
/* The parts of the page of a case: what is told, what can be done, and what became of what was asked. `file` is what `barid-relief case` prints. */

#include "node/console/show.h"

/* Takes a case on from elsewhere: "M-0016 3", its name and the revision that was shown. Goes on at the case's page. */
void case_take(struct exchange *x, const char *value);

/* What the sender says now, and who they are. precise: the exact place is in it. */
void case_facts(struct exchange *x, const json_t *file, bool precise);
void case_patients(struct exchange *x, const json_t *file);
/* Both ways, the newest first. */
void case_letters(struct exchange *x, const json_t *file);
void case_notes(struct exchange *x, const json_t *file);
/* Other cases, other organisations. */
void case_links(struct exchange *x, const json_t *file);
void case_history(struct exchange *x, const json_t *file);

/* Taking it, keeping it, giving it back: what stands on top. */
void case_claim(struct exchange *x, const json_t *file);
void case_reply(struct exchange *x, const json_t *file);
void case_note(struct exchange *x, const json_t *file);
void case_verify(struct exchange *x, const json_t *file);
void case_assign(struct exchange *x, const json_t *file);
/* Suggestions, each with what merges it. */
void case_merge(struct exchange *x, const json_t *file);
void case_close(struct exchange *x, const json_t *file);
/* Begins a form of this case: what it does, and the revision it was shown at. */
void case_form(struct exchange *x, const json_t *file, const char *what);
bool case_is_closed(const json_t *file);
/* Whether somebody has it now: us, a colleague or another organisation. */
bool case_is_held(const json_t *file);
bool case_is_mine(const json_t *file);

#endif
