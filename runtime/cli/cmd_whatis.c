/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "cli/block_at.h"
#include "cli/cli.h"
#include "cli/source.h"
#include "cli/text.h"
#include "journal/journal.h"

static const struct option s_options[] = {
    {"help", no_argument, NULL, 'h'},
    MS_SOURCE_OPTIONS,
    {NULL, 0, NULL, 0},
};

static bool s_read_address(const char *text, uint64_t *address) {
    char *end;
    errno = 0;
    *address = strtoull(text, &end, 0);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
}

/* ---- what is told of a block ---- */

/* TITLE and a text that the caller need not free any more. */
static void s_row(const char *title, char *text) {
    char *clean = ms_text_clean(text);
    printf("  %-9s %s\n", title, clean);
    free(clean);
    free(text);
}

static const struct memscope_site_report *s_site(const struct memscope_report *report,
                                                 uint32_t id) {
    for (size_t i = 0; id != 0 && i < report->site_count; i++)
        if (report->sites[i].id == id)
            return &report->sites[i];
    return NULL;
}

static const char *s_type(const struct memscope_site_report *site,
                          const struct memscope_site_report *owner) {
    if (site != NULL && site->type_name != NULL)
        return site->type_name;
    return owner != NULL ? owner->type_name : NULL;
}

/* "bytes.next", of an object of TYPE, for the byte at OFFSET of a block; NULL: not known. */
static char *s_member(const struct memscope_report *report, const char *type, uint64_t offset) {
    for (size_t i = 0; type != NULL && i < report->type_count; i++) {
        const struct memscope_type_report *row = &report->types[i];
        if (row->type_name == NULL || strcmp(row->type_name, type) != 0 || row->size == 0 ||
            row->size == MEMSCOPE_UNKNOWN)
            continue;
        uint64_t index = offset / row->size, inside = offset % row->size;
        for (size_t j = 0; j < row->member_count; j++) {
            const struct memscope_member *member = &row->members[j];
            if (inside < member->offset || inside - member->offset >= member->size)
                continue;
            const char *name = member->name[0] != '\0' ? member->name : member->type_name;
            return index == 0 ? ms_cli_format("%s, at offset %" PRIu64, name, member->offset)
                              : ms_cli_format("%s of element %" PRIu64 ", at offset %" PRIu64, name,
                                              index, member->offset);
        }
    }
    return NULL;
}

static char *s_place(const struct memscope_site_report *site) {
    const char *function = site->function != NULL ? site->function : "a function without a name";
    return site->file == NULL ? ms_cli_copy(function)
                              : ms_cli_format("%s, %s:%" PRIu64, function, site->file, site->line);
}

static void s_print_stack(const struct memscope_report *report, uint32_t id) {
    for (size_t i = 0; id != 0 && i < report->stack_count; i++) {
        const struct memscope_stack *stack = &report->stacks[i];
        if (stack->id != id)
            continue;
        for (size_t j = 0; j < stack->frame_count; j++) {
            const struct memscope_frame *frame = &stack->frames[j];
            char *line =
                frame->function == NULL ? ms_cli_format("%#" PRIx64 " of %s", frame->address,
                                                        frame->module != NULL ? frame->module : "?")
                : frame->file != NULL && frame->line != MEMSCOPE_UNKNOWN
                    ? ms_cli_format("%s, %s:%" PRIu64, frame->function, frame->file, frame->line)
                    : ms_cli_copy(frame->function);
            s_row(j == 0 ? "stack" : "", line);
        }
        return;
    }
}

static void s_print_block(const struct memscope_report *report, const struct ms_block_at *block,
                          uint64_t address) {
    const struct memscope_site_report *site = s_site(report, block->site);
    const struct memscope_site_report *owner = s_site(report, block->owner);
    char *size = ms_text_bytes(block->size), *offset = ms_text_bytes(address - block->address);
    if (address == block->address)
        printf("%#" PRIx64 " is the start of a live block of %s\n", address, size);
    else
        printf("%#" PRIx64 " is %s into the live block of %s at %#" PRIx64 "\n", address, offset,
               size, block->address);
    free(offset);
    free(size);
    const char *type = s_type(site, owner);
    s_row("type", ms_cli_copy(type != NULL ? type : "(not known)"));
    char *member = s_member(report, type, address - block->address);
    if (member != NULL)
        s_row("member", member);
    if (owner != NULL && owner->var_name != NULL)
        s_row(block->lost ? "last in" : "held by", ms_cli_copy(owner->var_name));
    else if (site != NULL && site->var_name != NULL)
        s_row("made for", ms_cli_copy(site->var_name));
    if (site != NULL)
        s_row("made in", s_place(site));
    char *after = ms_text_duration(block->time_ns);
    s_row("made", ms_cli_format("%s after the start, by thread %" PRIu32 "%s", after, block->tid,
                                block->pooled ? ", out of a pool" : ""));
    free(after);
    s_print_stack(report, block->stack);
}

static int s_print_none(const struct ms_journal *journal, const struct memscope_report *report,
                        uint64_t address) {
    uint64_t offset = 0;
    const char *module = ms_module_at(journal, address, &offset);
    printf("%#" PRIx64 " is in no live block%s\n", address,
           strcmp(report->sampling.heap_bytes, "requested") != 0 ? " that was sampled" : "");
    if (module != NULL)
        s_row("module", ms_cli_format("%#" PRIx64 " of %s", offset, module));
    return MS_CLI_FINDINGS;
}

/* ---- the command ---- */

/* Blocks are looked for before the report is made, so that the report has what they name. */
static int s_look(const char *file, uint64_t address) {
    struct ms_journal *journal = NULL;
    struct ms_source source;
    struct ms_block_at block;
    char *path = ms_source_find(file);
    if (path == NULL)
        return MS_CLI_USAGE;
    enum ms_status status = ms_journal_open(path, &journal);
    if (status != MS_OK) {
        ms_cli_fail("cannot read %s: %s", path, ms_status_message(status));
        free(path);
        return MS_CLI_USAGE;
    }
    bool is_there = ms_block_at(journal, address, &block);
    int end = MS_CLI_USAGE;
    if (ms_source_open(&source, path, 0)) {
        ms_cli_begin_output();
        end = MS_CLI_DONE;
        if (is_there)
            s_print_block(source.report, &block, address);
        else
            end = s_print_none(journal, source.report, address);
        end = ms_cli_end_output(end);
        ms_source_close(&source);
    }
    ms_journal_close(journal);
    free(path);
    return end;
}

static int s_run(int argc, char **argv) {
    int option;
    uint64_t address;
    while ((option = ms_cli_option(&ms_command_whatis, argc, argv, ":h", s_options)) != -1) {
        if (option == 'h')
            return ms_cli_help(&ms_command_whatis);
        if (!ms_source_take_option(option, optarg))
            return MS_CLI_USAGE;
    }
    if (argc - optind < 1 || argc - optind > 2)
        return ms_cli_fail("whatis: takes an ADDRESS, or FILE and ADDRESS, but was given %d",
                           argc - optind);
    if (!s_read_address(argv[argc - 1], &address))
        return ms_cli_fail("whatis: '%s' is no address; write it as 0x55e0c0ffee10",
                           argv[argc - 1]);
    return s_look(argc - optind == 2 ? argv[optind] : NULL, address);
}

const struct ms_command ms_command_whatis = {
    .name = "whatis",
    .arguments = "[OPTIONS] [FILE] ADDRESS",
    .summary = "which block an address is in: type, variable, stack",
    .help =
        "Tells of the live block that ADDRESS is in: its type and the member there, the "
        "annotated\n"
        "variable that holds it, where, when and by which thread it was made, and the stack.\n"
        "ADDRESS is one of the process, as debuggers show it; FILE may be its pid, also while "
        "it\n"
        "runs or is stopped. Exits with 1 when the address is in no live block.\n\n" MS_SOURCE_HELP,
    .options = s_options,
    .run = s_run,
};
