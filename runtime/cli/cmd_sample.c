/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/sampling.h"
#include "cli/cli.h"
#include "cli/control.h"
#include "cli/quantity.h"

#define S_PATIENCE_S 3

static const struct option s_options[] = {
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* "0.01"; "1%"; false: TEXT is no share. */
static bool s_read_share(const char *text, double *rate) {
    char *end;
    double percent;
    if (ms_quantity_percent(text, &percent)) {
        *rate = percent / 100;
        return true;
    }
    if (strspn(text, "0123456789.") != strlen(text) || text[0] == '\0')
        return false;
    *rate = strtod(text, &end);
    return *end == '\0' && *rate <= 1;
}

/* A share of the blocks, or mean bytes from one sample to the next: those have a unit, or are more
 * than 1. */
static bool s_read_rate(const char *text, uint64_t *word) {
    double rate = 1;
    uint64_t bytes = 0;
    bool is_fraction = strchr(text, '.') != NULL && text[strspn(text, "0123456789.")] == '\0';
    if (strcmp(text, "all") != 0 && !s_read_share(text, &rate) &&
        (is_fraction || !ms_quantity_bytes(text, &bytes)))
        return false;
    *word = ms_sampling_pack(rate, bytes);
    return ms_sampling_unpack(*word, &rate, &bytes);
}

static const char *s_refusal(const struct ms_journal_header *header) {
    if (header->sampled == 0)
        return "records every block, and cannot begin to leave some out while it runs: start it "
               "with "
               "--sample-rate or --sample-bytes, with which every block can be recorded later";
    if (!(header->sample_least_rate > 0))
        return "was started with sample_rate=0: nothing is known of the blocks that it has now, so "
               "nothing could be estimated; start it with a small rate";
    return NULL;
}

static int s_run(int argc, char **argv) {
    uint64_t word;
    int option = ms_cli_option(&ms_command_sample, argc, argv, ":h", s_options);
    if (option == 'h')
        return ms_cli_help(&ms_command_sample);
    if (option != -1)
        return MS_CLI_USAGE;
    if (argc - optind < 1 || argc - optind > 2)
        return ms_cli_fail("sample: takes a RATE, or FILE and RATE, but was given %d",
                           argc - optind);
    if (!s_read_rate(argv[argc - 1], &word))
        return ms_cli_fail(
            "sample: '%s' is no rate: it is bytes (512K), a share of the blocks over 0 "
            "(0.01, 1%%), or all; memscope pause records no more blocks",
            argv[argc - 1]);
    return ms_control_reach(argc - optind == 2 ? argv[optind] : NULL,
                            &(struct ms_control_wish){.name = "sample",
                                                      .command = MS_CONTROL_SAMPLE,
                                                      .patience_s = S_PATIENCE_S,
                                                      .value = word,
                                                      .refusal = s_refusal});
}

const struct ms_command ms_command_sample = {
    .name = "sample",
    .arguments = "[FILE] RATE",
    .summary = "change how many blocks a running program samples",
    .help =
        "RATE is the mean bytes from one sampled block to the next (512K), a share of the blocks\n"
        "(0.01, 1%), or all. It holds for the blocks that are made from here on; those that are\n"
        "there keep the probability that they were chosen with, so estimates stay right. The\n"
        "process must have been started with --sample-rate or --sample-bytes.\n\n" MS_CONTROL_HELP,
    .options = s_options,
    .run = s_run,
};
