/* SPDX-License-Identifier: MIT */
#include "store/address_map.h"

#include "platform/os.h"
#include "store/store.h"

#define LEAF_BYTES (MS_ADDRESS_MAP_LEAF * sizeof(uint32_t))

uintptr_t ms_address_map_top[MS_ADDRESS_MAP_TOP];
bool ms_address_map_apart;

uint32_t *ms_address_map_make(uintptr_t address) {
    uint64_t signals;
    uintptr_t part = address >> MS_ADDRESS_MAP_LEAF_BITS;
    if (part >= MS_ADDRESS_MAP_TOP)
        return NULL;
    ms_store_lock(&signals);
    if (ms_address_map_top[part] == 0) {
        void *leaf = ms_os_map_pages(LEAF_BYTES);
        if (leaf != NULL)
            ms_store_release(&ms_address_map_top[part], (uintptr_t)leaf - part * LEAF_BYTES);
    }
    ms_store_unlock(&signals);
    return ms_address_map_slot(address);
}

void ms_address_map_reset(void) {
    for (uintptr_t part = 0; part < MS_ADDRESS_MAP_TOP; part++) {
        if (ms_address_map_top[part] == 0)
            continue;
        ms_os_unmap((void *)(ms_address_map_top[part] + part * LEAF_BYTES), LEAF_BYTES);
        ms_address_map_top[part] = 0;
    }
}
