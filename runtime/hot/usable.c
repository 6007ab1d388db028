/* SPDX-License-Identifier: MIT */
#include "hot/usable.h"

bool ms_usable_is_in_word;

#if defined(MS_HOT_STATIC) || !defined(__LP64__)
#    define S_MAY_BE false /* another allocator of that name may be linked in */
#else
#    define S_MAY_BE true
#endif

static bool s_sizes_agree(void) {
    static const size_t s_sizes[] = {1, 24, 25, 1000, 5000, 1000000};
    bool agree = true;
    for (size_t i = 0; i < sizeof(s_sizes) / sizeof(s_sizes[0]); i++) {
        void *block = ms_real.malloc(s_sizes[i]);
        agree =
            agree && block != NULL && ms_usable_before(block) == ms_real.malloc_usable_size(block);
        ms_real.free(block);
    }
    return agree;
}

void ms_usable_init(void) {
    ms_usable_is_in_word = S_MAY_BE && ms_real_is_glibc() && s_sizes_agree();
}
