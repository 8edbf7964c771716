#ifndef BARID_NODE_POST_KEYFILE_H
#define BARID_NODE_POST_KEYFILE_H
/* Files that hold one key of 32 bytes as 64 hex digits: the gateway's own, which names a machine, and the community key of links. Never a person's.
 */

#include "platform/error.h"
#include "proto/limits.h"

#include <stdint.h>

enum { KEYFILE_TEXT = 2 * DH_KEY_SIZE + 1 };

/* ERR_DAMAGED: it holds something else. White space after the digits is no harm. */
enum err keyfile_read(const char *path, uint8_t key[static DH_KEY_SIZE]);
/* The gateway's secret from path, made and stored (0600) first if there is none. Of two processes that make one at the same time both get the same.
 */
enum err keyfile_gateway(const char *path, uint8_t secret[static DH_KEY_SIZE]);
/* 64 lower-case hex digits. */
void keyfile_text(const uint8_t key[static DH_KEY_SIZE], char text[static KEYFILE_TEXT]);

#endif
