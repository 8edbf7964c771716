#ifndef BARID_NODE_POST_PQ_H
#define BARID_NODE_POST_PQ_H
/*
 * libpq, loaded only by a post that keeps its letters in PostgreSQL: with the thirty libraries behind it, it would double the memory of every other
 * post, and what a stranger could attack in it. pq.clear() is PQclear() of libpq, and so on.
 */

#include "platform/error.h"

#include <libpq-fe.h>

#define PQ_LIST(X) \
	X(clear) \
	X(cmdStatus) \
	X(cmdTuples) \
	X(connectPoll) \
	X(connectStartParams) \
	X(consumeInput) \
	X(enterPipelineMode) \
	X(errorMessage) \
	X(exec) \
	X(finish) \
	X(flush) \
	X(getResult) \
	X(getlength) \
	X(getvalue) \
	X(isBusy) \
	X(ntuples) \
	X(pipelineSync) \
	X(resultErrorField) \
	X(resultErrorMessage) \
	X(resultStatus) \
	X(sendPrepare) \
	X(sendQueryPrepared) \
	X(setnonblocking) \
	X(socket) \
	X(status) \
	X(user)

struct pq {
#define PQ_MEMBER(name) __typeof__(PQ##name) *name;
	PQ_LIST(PQ_MEMBER)
#undef PQ_MEMBER
};

extern struct pq pq;

/* Fills pq; before it nothing in pq may be called. The library stays until the process ends. ERR_NO_FILE: it is not installed; the log says so. */
enum err pq_load(void);

#endif
