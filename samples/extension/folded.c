/* SPDX-License-Identifier: MIT */
/* An exporter: live bytes as folded stacks, one line each, which flame graph tools read:
 * "main;load;new_node 4096". */
#include <memscope/extension.h>

#include <inttypes.h>
#include <stddef.h>

/* A function's name without what has a meaning in a folded line. */
static void write_name(FILE *out, const char *name) {
    for (; *name != '\0'; name++) {
        unsigned char c = (unsigned char)*name;
        putc(c < 0x20 || c == 0x7f || c == ';' || c == ' ' ? '_' : c, out);
    }
}

static int write_folded(const struct memscope_report *report, FILE *out, void *context) {
    (void)context;
    for (size_t i = 0; i < report->stack_count; i++) {
        const struct memscope_stack *stack = &report->stacks[i];
        if (stack->live_bytes == 0 || stack->live_bytes == MEMSCOPE_UNKNOWN)
            continue;
        for (size_t n = stack->frame_count; n-- > 0;) { /* the outermost frame first */
            const char *function = stack->frames[n].function;
            write_name(out, function != NULL ? function : "?");
            if (n != 0)
                putc(';', out);
        }
        fprintf(out, " %" PRIu64 "\n", stack->live_bytes);
    }
    return ferror(out);
}

MEMSCOPE_EXTENSION(registry) {
    static const struct memscope_exporter exporter = {"live-stacks", "stacks", write_folded, NULL};
    memscope_register_exporter(registry, &exporter);
}
