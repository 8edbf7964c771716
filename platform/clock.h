#ifndef BARID_PLATFORM_CLOCK_H
#define BARID_PLATFORM_CLOCK_H
/* The one place that reads clocks, once a turn. */

#include <stdint.h>

struct moment {
	uint64_t boot_ms; /* counts through sleep, never goes back while the machine is up (CLOCK_BOOTTIME) */
	uint64_t unix_s;  /* what the machine believes the time is; for show and for letters' day, never for carrying */
};

struct moment clock_now(void);

#endif
