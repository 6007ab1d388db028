/* SPDX-License-Identifier: MIT */
#include "symbols/elf_symbols.h"

#include <stdlib.h>
#include <string.h>

#include "symbols/demangle.h"
#include "symbols/grow.h"

/* "malloc" before "__libc_malloc", global before weak before local, typed before untyped. */
static unsigned char s_rank(const GElf_Sym *symbol, const char *name) {
    unsigned bind = GELF_ST_BIND(symbol->st_info);
    unsigned rank = bind == STB_GLOBAL ? 0 : bind == STB_WEAK ? 1 : 2;
    if (GELF_ST_TYPE(symbol->st_info) == STT_NOTYPE)
        rank += 64;
    for (unsigned i = 0; i < 4 && name[i] == '_'; i++)
        rank += 8;
    return (unsigned char)rank;
}

/* The end of the code section that SYMBOL is in; 0: it is in none. */
static uint64_t s_code_end(const struct ms_elf *file, const GElf_Sym *symbol) {
    GElf_Shdr header;
    if (symbol->st_shndx == SHN_UNDEF || symbol->st_shndx >= SHN_LORESERVE)
        return 0;
    Elf_Scn *section = elf_getscn(file->elf, symbol->st_shndx);
    if (section == NULL || gelf_getshdr(section, &header) == NULL ||
        (header.sh_flags & SHF_EXECINSTR) == 0 || symbol->st_value < header.sh_addr ||
        symbol->st_value - header.sh_addr >= header.sh_size)
        return 0;
    uint64_t end;
    return __builtin_add_overflow(header.sh_addr, header.sh_size, &end) ? 0 : end;
}

static bool s_add(struct ms_elf_symbols *symbols, struct ms_pool *pool, const struct ms_elf *file,
                  size_t strings, const GElf_Sym *symbol) {
    unsigned type = GELF_ST_TYPE(symbol->st_info);
    if (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_NOTYPE)
        return true;
    const char *name = elf_strptr(file->elf, strings, symbol->st_name);
    /* '.' and '$' begin the labels of compilers and the mapping symbols of assemblers. */
    if (name == NULL || *name == 0 || *name == '$' || (*name == '.' && name[1] == 'L'))
        return true;
    uint64_t section_end = s_code_end(file, symbol), end;
    if (section_end == 0)
        return true;
    if (__builtin_add_overflow(symbol->st_value, symbol->st_size, &end) || symbol->st_size == 0 ||
        end > section_end)
        end = section_end;
    if (!ms_grow_room(&symbols->items, symbols->count, &symbols->capacity, sizeof(*symbols->items)))
        return false;
    size_t length = strcspn(name, "@"); /* "memcpy@@GLIBC_2.14" */
    const char *copy = ms_pool_copy(pool, name, length);
    if (copy == NULL)
        return false;
    symbols->items[symbols->count++] =
        (struct ms_elf_symbol){symbol->st_value, end, copy, false, s_rank(symbol, name)};
    return true;
}

static void s_read_table(struct ms_elf_symbols *symbols, struct ms_pool *pool,
                         const struct ms_elf *file, uint32_t wanted) {
    for (Elf_Scn *section = NULL; (section = elf_nextscn(file->elf, section)) != NULL;) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == NULL || header.sh_type != wanted)
            continue;
        Elf_Data *data = elf_getdata(section, NULL);
        size_t entry = gelf_fsize(file->elf, ELF_T_SYM, 1, EV_CURRENT);
        size_t count = data != NULL && entry != 0 ? data->d_size / entry : 0;
        for (size_t i = 1; i < count && i < INT32_MAX; i++) {
            GElf_Sym symbol;
            if (gelf_getsym(data, (int)i, &symbol) == NULL ||
                !s_add(symbols, pool, file, header.sh_link, &symbol))
                return;
        }
    }
}

static int s_compare(const void *a, const void *b) {
    const struct ms_elf_symbol *x = a, *y = b;
    if (x->low != y->low)
        return x->low < y->low ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return strcmp(x->name, y->name);
}

void ms_elf_symbols_read(struct ms_elf_symbols *symbols, struct ms_pool *pool,
                         const struct ms_elf *file) {
    s_read_table(symbols, pool, file, SHT_SYMTAB);
    if (symbols->count == 0)
        s_read_table(symbols, pool, file, SHT_DYNSYM);
    if (symbols->count == 0)
        return;
    qsort(symbols->items, symbols->count, sizeof(*symbols->items), s_compare);
    size_t kept = 1;
    for (size_t i = 1; i < symbols->count; i++) {
        if (symbols->items[i].low != symbols->items[kept - 1].low)
            symbols->items[kept++] = symbols->items[i];
    }
    symbols->count = kept;
}

void ms_elf_symbols_fini(struct ms_elf_symbols *symbols) {
    free(symbols->items);
    *symbols = (struct ms_elf_symbols){0};
}

const char *ms_elf_symbols_find(struct ms_elf_symbols *symbols, struct ms_pool *pool,
                                uint64_t address) {
    size_t from = 0, to = symbols->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (symbols->items[middle].low <= address)
            from = middle + 1;
        else
            to = middle;
    }
    if (from == 0 || symbols->items[from - 1].high <= address)
        return NULL;
    struct ms_elf_symbol *found = &symbols->items[from - 1];
    if (!found->demangled) {
        const char *name = ms_demangle(pool, found->name);
        found->demangled = true;
        found->name = name != NULL ? name : found->name;
    }
    return found->name;
}
