#include "node/sim/streets.h"

#include "node/sim/root.h"

#include <assert.h>
#include <stdbool.h>

enum { DOOR_NEAR_MM = 3000, DOOR_FAR_MM = 9000 };

static int32_t within(int64_t at, int32_t most)
{
	return at < 0 ? 0 : at > most ? most : (int32_t)at;
}

/* What would be off the ground stands as far on this side of its edge. */
static int32_t fold(int64_t at, int32_t most)
{
	at = at < 0 ? -at : at;
	return within(at > most ? 2 * (int64_t)most - at : at, most);
}

static int32_t draw_along(struct fate *fate, int32_t length_mm)
{
	return (int32_t)fate_below(fate, (uint32_t)length_mm + 1);
}

struct ether_place streets_anywhere(const struct streets *streets, struct fate *fate)
{
	int32_t x_mm = draw_along(fate, streets->width_mm);
	int32_t y_mm = draw_along(fate, streets->height_mm);
	return (struct ether_place){x_mm, y_mm};
}

struct ether_place streets_house(const struct streets *streets, struct fate *fate)
{
	uint32_t upright = (uint32_t)(streets->width_mm / streets->street_mm) + 1;
	uint32_t level = (uint32_t)(streets->height_mm / streets->street_mm) + 1;
	uint32_t street = fate_below(fate, upright + level);
	int64_t beside = (int64_t)fate_between(fate, DOOR_NEAR_MM, DOOR_FAR_MM);
	if (fate_below(fate, 2))
		beside = -beside;
	if (street < upright)
		return (struct ether_place){fold((int64_t)street * streets->street_mm + beside, streets->width_mm),
					    draw_along(fate, streets->height_mm)};
	street -= upright;
	return (struct ether_place){draw_along(fate, streets->width_mm), fold((int64_t)street * streets->street_mm + beside, streets->height_mm)};
}

struct ether_place streets_about(const struct streets *streets, struct ether_place place, uint32_t radius_mm, struct fate *fate)
{
	int64_t x = (int64_t)place.x_mm + fate_below(fate, 2 * radius_mm + 1) - radius_mm;
	int64_t y = (int64_t)place.y_mm + fate_below(fate, 2 * radius_mm + 1) - radius_mm;
	return (struct ether_place){fold(x, streets->width_mm), fold(y, streets->height_mm)};
}

/* The street next to a point, on one axis. */
static int32_t line_near(int32_t at, int32_t street_mm, int32_t most)
{
	int32_t line = (int32_t)(((int64_t)at + street_mm / 2) / street_mm);
	return (line > most / street_mm ? most / street_mm : line) * street_mm;
}

static struct ether_place corner_near(const struct streets *streets, struct ether_place place)
{
	return (struct ether_place){line_near(place.x_mm, streets->street_mm, streets->width_mm),
				    line_near(place.y_mm, streets->street_mm, streets->height_mm)};
}

/* Where one steps from a door onto the street. */
static struct ether_place access_of(const struct streets *streets, struct ether_place place)
{
	struct ether_place corner = corner_near(streets, place);
	int32_t to_upright = place.x_mm < corner.x_mm ? corner.x_mm - place.x_mm : place.x_mm - corner.x_mm;
	int32_t to_level = place.y_mm < corner.y_mm ? corner.y_mm - place.y_mm : place.y_mm - corner.y_mm;
	return to_upright < to_level ? (struct ether_place){corner.x_mm, place.y_mm} : (struct ether_place){place.x_mm, corner.y_mm};
}

static bool on_one_street(const struct streets *streets, struct ether_place a, struct ether_place b)
{
	return (a.x_mm == b.x_mm && a.x_mm % streets->street_mm == 0) || (a.y_mm == b.y_mm && a.y_mm % streets->street_mm == 0);
}

unsigned streets_path(const struct streets *streets, struct ether_place from, struct ether_place to, struct ether_place path[static STREETS_PATH_MAX])
{
	unsigned count = 0;
	struct ether_place out = access_of(streets, from), in = access_of(streets, to);
	path[count++] = out;
	if (!on_one_street(streets, out, in)) {
		struct ether_place first = corner_near(streets, out), last = corner_near(streets, in);
		path[count++] = first;
		path[count++] = (struct ether_place){last.x_mm, first.y_mm};
		path[count++] = last;
	}
	path[count++] = in;
	path[count++] = to;
	assert(count <= STREETS_PATH_MAX);
	return count;
}

uint64_t streets_distance_mm(struct ether_place a, struct ether_place b)
{
	int64_t x = (int64_t)a.x_mm - b.x_mm, y = (int64_t)a.y_mm - b.y_mm;
	uint64_t square = (uint64_t)(x * x) + (uint64_t)(y * y);
	uint64_t root = root_floor(square);
	return root + (root * root < square);
}
