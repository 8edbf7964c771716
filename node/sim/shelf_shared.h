#ifndef BARID_NODE_SIM_SHELF_SHARED_H
#define BARID_NODE_SIM_SHELF_SHARED_H
/*
 * A shelf (node/post/shelf.h) in memory, for the simulator's crowd: what a post holds costs it 16 bytes a letter, and the letters themselves lie in
 * memory once for all posts (node/sim/bodies.h). Everything a store can see of it is as with an SQLite file, to the byte: tests/check_shelf.c. It
 * never fails, and it does not lose what was committed.
 */

#include "node/post/shelf.h"

/* The disk of one post: it outlives the post, which may be opened on it again and again, but only once at a time. */
struct shelf_shared;

struct shelf_shared *shelf_shared_new(void);
/* After the post is closed. Takes NULL. */
void shelf_shared_free(struct shelf_shared *disk);
/* Bytes of memory that it takes, but for the bodies. */
size_t shelf_shared_bytes(const struct shelf_shared *disk);

/* owner: the struct shelf_shared, which the shelf borrows while it is open; path is not looked at. */
extern const struct shelf_kind shelf_shared;

#endif
