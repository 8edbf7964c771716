#include "node/post/pq.h"

#include "platform/log.h"

#include <dlfcn.h>
#include <stddef.h>

#define LIBRARY "libpq.so.5"

struct pq pq;

enum err pq_load(void)
{
	static const struct {
		const char *name;
		void **at;
	} functions[] = {
#define PQ_ROW(name) {"PQ" #name, (void **)&pq.name},
		PQ_LIST(PQ_ROW)
#undef PQ_ROW
	};
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	for (size_t i = 0; library != NULL && i < sizeof(functions) / sizeof(*functions); i++)
		if ((*functions[i].at = dlsym(library, functions[i].name)) == NULL)
			library = NULL;
	if (library != NULL)
		return ERR_OK;
	log_error("letters cannot be kept in PostgreSQL without its library, package libpq5: %s", dlerror());
	return ERR_NO_FILE;
}
