/* SPDX-License-Identifier: MIT */
/* An analyzer: names the types that lose a quarter of their size or more between their members, and
 * where most of their bytes are made. */
#include <memscope/extension.h>

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

/* "file:line" of the site that has made the most bytes of that type, NULL: none has. */
static const char *place_of(const struct memscope_report *report, const char *type_name, char *text,
                            size_t size) {
    for (size_t i = 0; i < report->site_count; i++) { /* largest total_bytes first */
        const struct memscope_site_report *site = &report->sites[i];
        if (site->type_name != NULL && site->file != NULL &&
            strcmp(site->type_name, type_name) == 0) {
            snprintf(text, size, "%s:%" PRIu64, site->file, site->line);
            return text;
        }
    }
    return NULL;
}

static int find_padding(const struct memscope_report *report, struct memscope_findings *findings,
                        void *context) {
    (void)context;
    for (size_t i = 0; i < report->type_count; i++) {
        const struct memscope_type_report *type = &report->types[i];
        if (type->type_name == NULL || type->size == MEMSCOPE_UNKNOWN ||
            type->padding_bytes == MEMSCOPE_UNKNOWN || type->padding_bytes == 0 ||
            type->padding_bytes < type->size / 4)
            continue;
        char text[1024], place[1024];
        snprintf(text, sizeof(text), "%s: %" PRIu64 " of %" PRIu64 " bytes are padding",
                 type->type_name, type->padding_bytes, type->size);
        memscope_add_finding(findings,
                             type->padding_bytes >= type->size / 2 ? MEMSCOPE_SEVERITY_WARNING
                                                                   : MEMSCOPE_SEVERITY_NOTE,
                             text, place_of(report, type->type_name, place, sizeof(place)));
    }
    return 0;
}

MEMSCOPE_EXTENSION(registry) {
    static const struct memscope_analyzer analyzer = {"padding", find_padding, NULL};
    memscope_register_analyzer(registry, &analyzer);
}
