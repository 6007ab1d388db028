/* SPDX-License-Identifier: MIT */
/* Layouts by C spelling and source file, over the modules in the order they were added. Answers are
 * kept. */
#ifndef MS_SYMBOLS_TYPE_LOOKUP_H
#define MS_SYMBOLS_TYPE_LOOKUP_H

#include "memscope/report.h"
#include "symbols/symbol_module.h"

struct ms_type_lookup {
    struct ms_type_answer {
        const char *spelling;
        const char *file; /* NULL: any */
        bool known;
        struct memscope_type_layout layout;
    } * answers;
    size_t count, capacity;
    struct ms_key_table by_spelling;
    struct ms_pool pool;
    volatile uint32_t *current; /* which module is read (ms_symbols_watch); NULL: nobody asks */
};

void ms_type_lookup_fini(struct ms_type_lookup *lookup);

/* Forgets the answers: there is a new module. */
void ms_type_lookup_reset(struct ms_type_lookup *lookup);

bool ms_type_lookup_find(struct ms_type_lookup *lookup, struct ms_symbol_module **modules,
                         size_t module_count, const char *spelling, const char *file,
                         struct memscope_type_layout *out);

#endif
