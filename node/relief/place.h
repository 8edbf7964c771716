#ifndef BARID_RELIEF_PLACE_H
#define BARID_RELIEF_PLACE_H
/*
 * How much of a place leaves the house. A place is what somebody typed: an area ("Sector 4, cellar of the school"), coordinates, or anything. The
 * coarse form names the area and nothing else; where no area can be recognised it is empty, because a place that was withheld can be asked for and
 * one that leaked cannot be taken back. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fills out with the area a place begins with ("Sector 4", "حي السكري"), "" if it begins with none. Always ended by NUL. */
void place_coarse(const char *place, char *out, size_t cap);

enum { PLACE_DEGREE = 1000000, PLACE_DEGREES_TEXT = 16 };

/* A rectangle that contains the point meant, in millionths of a degree. Never a point. */
struct place_cell {
	int32_t south, west, north, east;
};

/* The cell of a place written as decimal coordinates, latitude first ("36.2012, 37.1543"): about 5 km wide, or about 150 m if precise. False for any
 * other. */
bool place_cell(const char *place, bool precise, struct place_cell *out);
/* "-36.250000". Fills out. */
void place_degrees(int32_t millionths, char out[static PLACE_DEGREES_TEXT]);

#endif
