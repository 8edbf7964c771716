#include "node/relief/looks.h"

#include <stdio.h>

enum err looks_end(struct office *office, struct looks *looks)
{
	if (looks->len == 0)
		return ERR_OK;
	looks->len = 0;
	return office_audit(office, AUDIT_LOOKED, looks->refs);
}

enum err looks_note(struct office *office, struct looks *looks, const struct case_file *file)
{
	char ref[REF_TEXT];
	bool first = false;
	enum err err = cases_first_look(&office->db, file, office->operator_name, &first);
	if (err != ERR_OK || !first)
		return err;
	ref_text(file->type, file->number, ref);
	if (looks->len + REF_TEXT + 1 > AUDIT_DETAIL_MAX)
		err = looks_end(office, looks);
	int added = snprintf(looks->refs + looks->len, sizeof(looks->refs) - looks->len, "%s%s", looks->len > 0 ? " " : "", ref);
	looks->len += (size_t)added;
	return err;
}
