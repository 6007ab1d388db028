/* SPDX-License-Identifier: MIT */
#include "hot/real.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>

#include "base/atomics.h"

struct ms_real ms_real;

char ms_real_arena_memory[MS_REAL_ARENA_BYTES] __attribute__((aligned(64)));
static uint32_t s_arena_used;

#ifdef MS_HOT_STATIC

/* Linked statically with --wrap for each of these (`memscope cc -static`): ours are __wrap_malloc
 * and so on, the linker knows the others as __real_malloc. */
#    define X(type, name, parameters) extern type __real_##name parameters;
MS_REAL_FUNCTIONS(X)
#    undef X

bool ms_real_resolve(void) {
#    define X(type, name, parameters) ms_real.name = __real_##name;
    MS_REAL_FUNCTIONS(X)
#    undef X
    return true;
}

#else

static uint32_t s_resolving; /* 0: not yet, 1: by some thread now, 2: done */

bool ms_real_resolve(void) {
    uint32_t idle = 0;
    if (!ms_cas_acq_rel(&s_resolving, &idle, 1))
        return ms_load_acquire(&s_resolving) == 2;
    struct ms_real found = {0};
    /* POSIX wants this conversion of dlsym's result to work; through void ** to please -Wpedantic.
     */
#    define X(type, name, parameters) *(void **)&found.name = dlsym(RTLD_NEXT, #    name);
    MS_REAL_FUNCTIONS(X)
#    undef X
    /* malloc last: it tells the others that all are there. */
    void *(*first)(size_t) = found.malloc;
    found.malloc = NULL;
    ms_real = found;
    ms_store_release(&ms_real.malloc, first);
    ms_store_release(&s_resolving, 2);
    return true;
}

#endif

/* Other allocators have a __libc_malloc too (tcmalloc, mimalloc), and in a program it is theirs: so
 * the module tells, where there are modules. */
#ifdef MS_HOT_STATIC
extern void *__libc_malloc(size_t) __attribute__((weak));

bool ms_real_is_glibc(void) {
    return ms_real.malloc == __libc_malloc;
}

const char *ms_real_other_malloc(void) {
    return NULL; /* the linker has put ours in its place */
}
#else
bool ms_real_is_glibc(void) {
    struct dl_find_object found;
    union {
        void *(*function)(size_t);
        void *address;
    } real = {ms_real.malloc};
    if (real.address == NULL || _dl_find_object(real.address, &found) != 0)
        return false;
    const char *name = found.dlfo_link_map->l_name;
    const char *slash = name != NULL ? strrchr(name, '/') : NULL;
    return slash != NULL && strcmp(slash, "/libc.so.6") == 0;
}

const char *ms_real_other_malloc(void) {
    Dl_info found, own;
    const ElfW(Sym) *symbol = NULL;
    const struct link_map *map = NULL;
    void *address = dlsym(RTLD_DEFAULT, "malloc");
    if (dladdr1(address, &found, (void **)&symbol, RTLD_DL_SYMENT) == 0 || symbol == NULL ||
        symbol->st_shndx == SHN_UNDEF || /* the program's way to ours */
        dladdr(&ms_real, &own) == 0 || found.dli_fbase == own.dli_fbase)
        return NULL;
    return dladdr1(address, &found, (void **)&map, RTLD_DL_LINKMAP) != 0 ? map->l_name : NULL;
}
#endif

void *ms_real_arena(size_t size, size_t alignment) {
    if (alignment < 16)
        alignment = 16;
    /* Before each piece lies its size, for realloc. */
    for (uint32_t used = ms_load_relaxed(&s_arena_used);;) {
        uintptr_t base = (uintptr_t)ms_real_arena_memory;
        uintptr_t start =
            (base + used + sizeof(size_t) + alignment - 1) & ~(uintptr_t)(alignment - 1);
        if (size > MS_REAL_ARENA_BYTES || start + size > base + MS_REAL_ARENA_BYTES)
            return NULL;
        if (ms_cas_relaxed(&s_arena_used, &used, (uint32_t)(start + size - base))) {
            ((size_t *)start)[-1] = size;
            return (void *)start;
        }
    }
}

bool ms_real_arena_is_used(void) {
    return ms_load_relaxed(&s_arena_used) != 0;
}

size_t ms_real_arena_size(const void *address) {
    return ((const size_t *)address)[-1];
}
