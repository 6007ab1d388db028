/* SPDX-License-Identifier: MIT */
/* make_sample empty|ROWS POINTS FILE: a sample report as a page or whatever FILE's extension says.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/export.h"
#include "sample_report.h"

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: make_sample empty|ROWS POINTS FILE\n");
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
    enum ms_status status = ms_export_file(exporter, report, NULL, argv[3]);
    if (status != MS_OK) {
        fprintf(stderr, "make_sample: %s: %s (%s)\n", argv[3], ms_status_message(status),
                strerror(errno));
    }
    sample_report_destroy(report);
    return status == MS_OK ? 0 : 1;
}
