/* SPDX-License-Identifier: MIT */
/* make_sample empty|ROWS POINTS FILE [LINES]: a sample report as a page or whatever FILE's
 * extension says; with LINES, the page has two source files of so many lines. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/export.h"
#include "export/listings.h"
#include "sample_report.h"

/* LINES lines, the third with a hostile name. For the caller to free; NULL: out of memory. */
static char *make_text(size_t lines) {
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    for (size_t i = 1; stream != NULL && i <= lines; i++) {
        if (i == 3) {
            fprintf(stream, "\t%s\n", sample_hostile_name(0));
        } else {
            fprintf(stream, "\tline of a file; /* %zu */\n", i);
        }
    }
    return stream != NULL && fclose(stream) == 0 ? text : NULL;
}

/* The page with the files of the first two sites: the first one whole, of the second one a part. */
static enum ms_status write_with_sources(const struct ms_exporter *exporter,
                                         const struct memscope_report *report, size_t lines,
                                         const char *path) {
    char *text = make_text(lines);
    if (text == NULL) {
        return MS_NO_MEMORY;
    }
    const char *names[] = {report->sites[0].file, report->sites[1].file};
    const struct ms_listing_part parts[] = {{1, text}, {101, text}};
    const struct ms_listing files[] = {
        {&names[0], 1, "/src/first.c", false, &parts[0], 1},
        {&names[1], 1, "/src/second.c", true, &parts[1], 1},
    };
    const struct ms_listings listings = {files, 2};
    const struct ms_export_options options = {.listings = &listings};
    enum ms_status status = ms_export_file(exporter, report, &options, path);
    free(text);
    return status;
}

int main(int argc, char **argv) {
    if (argc != 4 && argc != 5) {
        fprintf(stderr, "usage: make_sample empty|ROWS POINTS FILE [LINES]\n");
        return 2;
    }
    const char *slash = strrchr(argv[3], '/');
    const char *extension = strchr(slash == NULL ? argv[3] : slash, '.');
    const struct ms_exporter *exporter = ms_exporter_find(extension == NULL ? "" : extension + 1);
    if (exporter == NULL) {
        fprintf(stderr, "make_sample: %s: no format has that extension\n", argv[3]);
        return 2;
    }
    struct memscope_report *report =
        strcmp(argv[1], "empty") == 0
            ? sample_report_new_empty()
            : sample_report_new(strtoul(argv[1], NULL, 10), strtoul(argv[2], NULL, 10));
    if (report == NULL) {
        fprintf(stderr, "make_sample: out of memory\n");
        return 2;
    }
    enum ms_status status =
        argc == 5 ? write_with_sources(exporter, report, strtoul(argv[4], NULL, 10), argv[3])
                  : ms_export_file(exporter, report, NULL, argv[3]);
    if (status != MS_OK) {
        fprintf(stderr, "make_sample: %s: %s (%s)\n", argv[3], ms_status_message(status),
                strerror(errno));
    }
    sample_report_destroy(report);
    return status == MS_OK ? 0 : 1;
}
