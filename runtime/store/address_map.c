/* SPDX-License-Identifier: MIT */
#include "store/address_map.h"

#include "platform/os.h"
#include "store/store.h"

uint32_t **ms_address_map_top[MS_ADDRESS_MAP_PARTS];

uint32_t *ms_address_map_make(uintptr_t address) {
    uint64_t signals;
    if (address >= MS_ADDRESS_MAP_LIMIT)
        return NULL;
    ms_store_lock(&signals);
    uint32_t ***top =
        &ms_address_map_top[address >> (MS_ADDRESS_MAP_LEAF_BITS + MS_ADDRESS_MAP_PART_BITS)];
    if (*top == NULL)
        ms_store_release(top, ms_os_map_pages(MS_ADDRESS_MAP_PARTS * sizeof(uint32_t *)));
    if (*top != NULL) {
        uint32_t **leaf = &(*top)[(address >> MS_ADDRESS_MAP_LEAF_BITS) % MS_ADDRESS_MAP_PARTS];
        if (*leaf == NULL)
            ms_store_release(leaf, ms_os_map_pages(MS_ADDRESS_MAP_LEAF * sizeof(uint32_t)));
    }
    ms_store_unlock(&signals);
    return ms_address_map_slot(address);
}

void ms_address_map_reset(void) {
    for (unsigned i = 0; i < MS_ADDRESS_MAP_PARTS; i++) {
        uint32_t **middle = ms_address_map_top[i];
        for (unsigned k = 0; middle != NULL && k < MS_ADDRESS_MAP_PARTS; k++) {
            if (middle[k] != NULL)
                ms_os_unmap(middle[k], MS_ADDRESS_MAP_LEAF * sizeof(uint32_t));
        }
        if (middle != NULL)
            ms_os_unmap(middle, MS_ADDRESS_MAP_PARTS * sizeof(uint32_t *));
        ms_address_map_top[i] = NULL;
    }
}
