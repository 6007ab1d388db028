/* SPDX-License-Identifier: MIT */
#include "symbols/zstd.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* As <zstd.h> declares it; the result is a size, or an error beyond any size. */
typedef size_t s_decompress(void *out, size_t out_size, const void *in, size_t in_size);

static s_decompress *s_load(void) {
    static s_decompress *s_loaded; /* Synchronization: one thread at a time (symbols.h) */
    void *handle = s_loaded == NULL ? dlopen("libzstd.so.1", RTLD_NOW | RTLD_LOCAL) : NULL;
    if (handle != NULL) {
        void *symbol = dlsym(handle, "ZSTD_decompress");
        memcpy(&s_loaded, &symbol, sizeof(symbol)); /* ISO C has no conversion */
    }
    return s_loaded;
}

unsigned char *ms_zstd_unpack(Elf_Scn *section, uint64_t size) {
    s_decompress *decompress = s_load();
    const Elf_Data *data = elf_rawdata(section, NULL);
    /* behind the header */
    size_t skipped = elf64_getshdr(section) != NULL ? sizeof(Elf64_Chdr) : sizeof(Elf32_Chdr);
    if (decompress == NULL || data == NULL || data->d_buf == NULL || data->d_size < skipped)
        return NULL;
    unsigned char *out = malloc(size + 1);
    if (out != NULL && decompress(out, size, (const unsigned char *)data->d_buf + skipped,
                                  data->d_size - skipped) != size) {
        free(out);
        return NULL;
    }
    return out;
}
