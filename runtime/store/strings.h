/* SPDX-License-Identifier: MIT */
/* The string table: each text is stored once. */
#ifndef MS_STORE_STRINGS_H
#define MS_STORE_STRINGS_H

#include <stdint.h>

/* Under the store lock: the offset of TEXT (cut at 4095 bytes); 0 for NULL and when there is no
 * room. The caller publishes MS_TABLE_STRINGS before what refers to it. */
uint32_t ms_strings_intern(const char *text);

#endif
