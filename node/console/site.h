#ifndef BARID_CONSOLE_SITE_H
#define BARID_CONSOLE_SITE_H
/*
 * The pages of the relief console, for the front of `barid-relief serve` (node/web/site.h says what a site is). It holds no key and asks the keeper
 * by command lines of barid-relief; who may do what is decided there, never here.
 */

struct site;

/* Every page below node/console/ stands in its table. */
extern const struct site console_site;

#endif
