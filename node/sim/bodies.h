#ifndef BARID_NODE_SIM_BODIES_H
#define BARID_NODE_SIM_BODIES_H
/*
 * The bodies of all letters that any simulated post holds, each once however many hold it, and counted. Used by node/sim/shelf_shared.c; one for the
 * process, since what is in it depends on letters only. Never fails: without memory the program says so and ends.
 */

#include "proto/limits.h"

#include <stddef.h>
#include <stdint.h>

enum { BODIES_NONE = UINT32_MAX };

/* The number of that body, which is held once more from now on. Two bodies with one tag must be the same. */
uint32_t bodies_hold(const uint8_t tag[static LETTER_TAG_SIZE], const uint8_t *body, size_t len);
/* Held once less; gone with the last. */
void bodies_release(uint32_t number);
/* A view, good while it is held, and its length. */
size_t bodies_at(uint32_t number, const uint8_t **body);
/* Different bodies in memory, and their bytes. */
uint32_t bodies_count(uint64_t *bytes);

/* Memory for len bytes, old first, or the end of the program: what a crowd cannot do without. */
void *bodies_memory(void *old, size_t len);

#endif
