#include "platform/clock.h"

#include <assert.h>
#include <time.h>

struct moment clock_now(void)
{
	struct timespec boot;
	struct timespec real;
	int failed = clock_gettime(CLOCK_BOOTTIME, &boot);
	assert(!failed);
	failed = clock_gettime(CLOCK_REALTIME, &real);
	assert(!failed);
	/* A clock may be set to before 1970; a day cannot be. A library that fakes the clock may shift both. */
	return (struct moment){
		.boot_ms = boot.tv_sec < 0 ? 0 : (uint64_t)boot.tv_sec * 1000 + (uint64_t)boot.tv_nsec / 1000000,
		.unix_s = real.tv_sec < 0 ? 0 : (uint64_t)real.tv_sec,
	};
}
