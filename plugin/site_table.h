/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The unit's sites as a JSON array, for people and tests. */
#ifndef MS_PLUGIN_SITE_TABLE_H
#define MS_PLUGIN_SITE_TABLE_H

#include "arguments.h"
#include "sites.h"

/* The spellings of the lists in abi.h. */
const char *ms_site_kind_name(uint8_t kind);
const char *ms_evidence_name(uint8_t evidence);

/* Writes SITES to the file PATH; an error message of the compiler when that fails. */
void ms_site_table_write(const std::string &path, const std::vector<ms_site> &sites);

#endif
