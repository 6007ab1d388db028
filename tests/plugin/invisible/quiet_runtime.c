/* SPDX-License-Identifier: MIT */
/*
 * A runtime that says nothing: programs compiled with and without the plugin are linked with it and
 * have to print the same. Blocks are filled with junk, so that a program that reads what nobody
 * wrote is found. It ends the program when compiled code claims a block that is not fresh, or names
 * a site that is not in the registered section. The number of claims goes to the file that CLAIMS
 * names in the environment.
 *
 * With AddressSanitizer the malloc family is the sanitizer's, which tells of blocks by hooks
 * (compiler-rt's sanitizer/allocator_interface.h).
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memscope/abi.h"

_Thread_local void *__memscope_fresh_block __attribute__((tls_model("initial-exec"))) = (void *)1;

static const struct memscope_site *s_start, *s_stop;
static unsigned long s_claims;

#ifdef __SANITIZE_ADDRESS__
void __sanitizer_malloc_hook(const volatile void *block, size_t size);
void __sanitizer_free_hook(const volatile void *block);

void __sanitizer_malloc_hook(const volatile void *block, size_t size) {
    (void)size;
    __memscope_fresh_block = (void *)block;
}

void __sanitizer_free_hook(const volatile void *block) {
    if (block == __memscope_fresh_block)
        __memscope_fresh_block = (void *)1;
}
#else
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

static void *s_made(void *block) {
    if (block != NULL)
        __memscope_fresh_block = block;
    return block;
}

void *malloc(size_t size) {
    void *block = __libc_malloc(size);
    if (block != NULL)
        memset(block, 0xA5, size);
    return s_made(block);
}

void *calloc(size_t count, size_t size) {
    return s_made(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size) {
    return s_made(__libc_realloc(block, size));
}

void *aligned_alloc(size_t alignment, size_t size) {
    return s_made(__libc_memalign(alignment, size));
}

int posix_memalign(void **out, size_t alignment, size_t size) {
    void *block = __libc_memalign(alignment, size);
    if (block == NULL)
        return ENOMEM;
    *out = s_made(block);
    return 0;
}

void free(void *block) {
    if (block == __memscope_fresh_block)
        __memscope_fresh_block = (void *)1;
    __libc_free(block);
}
#endif

static void s_end(const char *why) {
    if (write(STDERR_FILENO, why, strlen(why)) < 0)
        _exit(101);
    _exit(100);
}

static void s_check_site(const struct memscope_site *site) {
    if (site < s_start || site >= s_stop ||
        ((uintptr_t)site - (uintptr_t)s_start) % sizeof(struct memscope_site) != 0)
        s_end("quiet_runtime: a site that is not registered\n");
}

void __memscope_claim_block(const struct memscope_site *site, const void *block) {
    s_check_site(site);
    if (block != __memscope_fresh_block)
        s_end("quiet_runtime: a claim of a block that is not fresh\n");
    __memscope_fresh_block = (void *)1;
    s_claims++;
}

void __memscope_claim_elements(const struct memscope_site *site, const void *block, size_t size) {
    (void)size;
    __memscope_claim_block(site, block);
}

void __memscope_move_block(const void *block, void *moved) {
    if (block != __memscope_fresh_block)
        s_end("quiet_runtime: a block that is not fresh is moved\n");
    __memscope_fresh_block = moved;
}

void __memscope_assign_block(const struct memscope_site *site, const void *value,
                             const void *place) {
    (void)place;
    (void)value;
    s_check_site(site);
}

void __memscope_lose_block(const struct memscope_site *site, const void *old_value,
                           const void *value, const void *place) {
    (void)old_value;
    (void)value;
    (void)place;
    s_check_site(site);
}

/* A name for an object that is one less than that of what is in it. */
uint64_t __memscope_enter_object(const struct memscope_site *site, size_t size, void *frame,
                                 uint64_t outer) {
    (void)size;
    s_check_site(site);
    if (frame == NULL)
        s_end("quiet_runtime: an object without a frame\n");
    return outer + 1;
}

uint64_t __memscope_grow_object(uint64_t object, size_t size) {
    (void)size;
    return object;
}

void __memscope_leave_object(uint64_t object) {
    (void)object;
}

void __memscope_allocated(const struct memscope_site *site, const void *block, uint64_t size,
                          const void *pool) {
    (void)size, (void)pool;
    if (site == NULL)
        return;
    s_check_site(site);
    if (block == __memscope_fresh_block)
        __memscope_fresh_block = (void *)1;
}

void __memscope_released(const struct memscope_site *site, const void *block) {
    (void)block;
    if (site != NULL)
        s_check_site(site);
}

void __memscope_freed(const struct memscope_site *site, const void *block) {
    (void)block;
    s_check_site(site);
}

void __memscope_register_sites(const struct memscope_site *start,
                               const struct memscope_site *stop) {
    s_start = start;
    s_stop = stop;
}

void __memscope_unregister_sites(const struct memscope_site *start,
                                 const struct memscope_site *stop) {
    if (start != s_start || stop != s_stop)
        s_end("quiet_runtime: other sites go than came\n");
    const char *path = getenv("CLAIMS");
    FILE *file = path != NULL ? fopen(path, "w") : NULL;
    if (file != NULL) {
        fprintf(file, "%lu\n", s_claims);
        fclose(file);
    }
}
