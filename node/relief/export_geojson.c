/* RFC 7946: one feature a case, longitude before latitude. A place is a cell or nothing: a point would claim to be one. */
#include "node/relief/export.h"

#include "node/relief/place.h"

/* Five corners, the first again at the end, against the clock. */
static json_t *cell_json(const struct place_cell *cell)
{
	const int32_t corners[5][2] = {{cell->west, cell->south},
				       {cell->east, cell->south},
				       {cell->east, cell->north},
				       {cell->west, cell->north},
				       {cell->west, cell->south}};
	json_t *ring = json_array();
	for (size_t i = 0; i < 5; i++) {
		double longitude = (double)corners[i][0] / PLACE_DEGREE, latitude = (double)corners[i][1] / PLACE_DEGREE;
		(void)json_array_append_new(ring, json_pack("[f, f]", longitude, latitude)); /* out of memory shows in the dump */
	}
	return json_pack("{s: s, s: [o]}", "type", "Polygon", "coordinates", ring);
}

/* Maps show flat properties: the members of the body stand beside those of the case. */
static json_t *properties_json(const struct caseview *view)
{
	json_t *properties = export_json(view);
	json_t *body = json_incref(json_object_get(properties, "body"));
	json_t *from = json_object_get(properties, "from");
	(void)json_object_set(properties, "signer_key", json_object_get(from, "key")); /* out of memory shows as a missing member */
	(void)json_object_del(properties, "from");
	(void)json_object_del(properties, "body");
	(void)json_object_update_missing(properties, body);
	json_decref(body);
	return properties;
}

void export_geojson_begin(FILE *out)
{
	fputs("{\"type\":\"FeatureCollection\",\"features\":[", out);
}

enum export_result export_geojson_row(const struct caseview *view, bool first, FILE *out)
{
	struct place_cell cell;
	bool known = place_cell(view->dossier->said.place, view->grain == PLACE_AS_WRITTEN, &cell);
	json_t *geometry = known ? cell_json(&cell) : json_null();
	json_t *feature = json_pack("{s: s, s: o, s: o}", "type", "Feature", "geometry", geometry, "properties", properties_json(view));
	fputs(first ? "\n" : ",\n", out);
	bool written = feature != NULL && json_dumpf(feature, out, JSON_COMPACT | JSON_REAL_PRECISION(9)) == 0;
	json_decref(feature);
	return written ? EXPORT_WRITTEN : EXPORT_FAILED;
}

void export_geojson_end(FILE *out)
{
	fputs("\n]}\n", out);
}
