/* SPDX-License-Identifier: MIT */
#include "export/profile_samples.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What there is of a site: by its own numbers, or by those of all its stacks. */
struct ms_profile_sums {
    uint64_t count, bytes, temporary, at_peak;
};

static uint64_t known(uint64_t value) {
    return value != MEMSCOPE_UNKNOWN ? value : 0;
}

/* Objects on the stack and static ones are no heap. */
static bool is_heap(const struct memscope_site_report *site) {
    return site->kind == NULL ||
           (strcmp(site->kind, "object") != 0 && strcmp(site->kind, "static") != 0);
}

static struct ms_profile_sums sums_of_site(const struct memscope_site_report *site) {
    if (!is_heap(site)) {
        return (struct ms_profile_sums){0};
    }
    return (struct ms_profile_sums){known(site->total_allocations), known(site->total_bytes),
                                    known(site->temporary_allocations), known(site->bytes_at_peak)};
}

static struct ms_profile_sums sums_of_stack(const struct memscope_stack *stack) {
    return (struct ms_profile_sums){known(stack->total_allocations), known(stack->total_bytes),
                                    known(stack->temporary_allocations),
                                    known(stack->bytes_at_peak)};
}

/* Stacks of places that the report does not have are left out. */
static void sum_up_stacks(struct ms_profile_index *index) {
    const struct memscope_report *report = index->report;
    for (size_t i = 0; i < report->stack_count; i++) {
        const uint32_t *site = ms_index_find(&index->sites, report->stacks[i].site_id);
        if (site == NULL) {
            continue;
        }
        struct ms_profile_sums one = sums_of_stack(&report->stacks[i]);
        struct ms_profile_sums *all = &index->sums[*site];
        all->count += one.count;
        all->bytes += one.bytes;
        all->temporary += one.temporary;
        all->at_peak += one.at_peak;
    }
}

enum ms_status ms_profile_index_init(struct ms_profile_index *index,
                                     const struct memscope_report *report) {
    *index = (struct ms_profile_index){.report = report};
    index->sums = calloc(report->site_count + 1, sizeof(*index->sums));
    bool complete = index->sums != NULL;
    for (size_t i = 0; complete && i < report->site_count && i < UINT32_MAX; i++) {
        complete = ms_index_put(&index->sites, report->sites[i].id, (uint32_t)i, NULL) != NULL;
    }
    for (size_t i = 0; complete && i < report->stack_count && i < UINT32_MAX; i++) {
        complete = ms_index_put(&index->stacks, report->stacks[i].id, (uint32_t)i, NULL) != NULL;
    }
    if (!complete) {
        ms_profile_index_fini(index);
        return MS_NO_MEMORY;
    }
    sum_up_stacks(index);
    return MS_OK;
}

void ms_profile_index_fini(struct ms_profile_index *index) {
    ms_index_fini(&index->sites);
    ms_index_fini(&index->stacks);
    free(index->sums);
    index->sums = NULL;
}

size_t ms_profile_sample_count(const struct ms_profile_index *index) {
    const struct memscope_report *report = index->report;
    return report->site_count + report->stack_count + report->live_count;
}

static uint64_t rest_of(uint64_t all, uint64_t by_stack) {
    return all > by_stack ? all - by_stack : 0;
}

static struct ms_profile_sample sample_of_site(const struct memscope_site_report *site,
                                               const struct ms_profile_sums *by_stack) {
    struct ms_profile_sums all = sums_of_site(site);
    return (struct ms_profile_sample){
        .site = site,
        .var_name = site->var_name,
        .type_name = site->type_name,
        .tid = MEMSCOPE_UNKNOWN,
        .total_count = rest_of(all.count, by_stack->count),
        .total_bytes = rest_of(all.bytes, by_stack->bytes),
        .temporary_count = rest_of(all.temporary, by_stack->temporary),
        .bytes_at_peak = rest_of(all.at_peak, by_stack->at_peak),
    };
}

/* VALUE of a sum BY_STACK that stands for ALL. */
static uint64_t scaled(uint64_t value, uint64_t by_stack, uint64_t all) {
    return by_stack <= all ? value : (uint64_t)((double)value * (double)all / (double)by_stack);
}

static struct ms_profile_sample sample_of_stack(const struct ms_profile_index *index,
                                                const struct memscope_stack *stack) {
    const uint32_t *at = ms_index_find(&index->sites, stack->site_id);
    if (at == NULL) {
        return (struct ms_profile_sample){.tid = MEMSCOPE_UNKNOWN};
    }
    const struct memscope_site_report *site = &index->report->sites[*at];
    const struct ms_profile_sums *by_stack = &index->sums[*at];
    struct ms_profile_sums all = sums_of_site(site), one = sums_of_stack(stack);
    return (struct ms_profile_sample){
        .site = site,
        .stack = stack->frame_count != 0 ? stack : NULL,
        .var_name = site->var_name,
        .type_name = site->type_name,
        .tid = MEMSCOPE_UNKNOWN,
        .total_count = scaled(one.count, by_stack->count, all.count),
        .total_bytes = scaled(one.bytes, by_stack->bytes, all.bytes),
        .temporary_count = scaled(one.temporary, by_stack->temporary, all.temporary),
        .bytes_at_peak = scaled(one.at_peak, by_stack->at_peak, all.at_peak),
    };
}

struct ms_profile_sample ms_profile_sample_get(const struct ms_profile_index *index, size_t at) {
    const struct memscope_report *report = index->report;
    if (at < report->site_count) {
        return sample_of_site(&report->sites[at], &index->sums[at]);
    }
    at -= report->site_count;
    if (at < report->stack_count) {
        return sample_of_stack(index, &report->stacks[at]);
    }
    const struct memscope_live_blocks *live = &report->live[at - report->stack_count];
    const uint32_t *site = ms_index_find(&index->sites, live->site_id);
    const uint32_t *stack = ms_index_find(&index->stacks, live->stack_id);
    /* The smallest of very many stacks have no frames. */
    bool has_frames = stack != NULL && report->stacks[*stack].frame_count != 0;
    return (struct ms_profile_sample){
        .site = site != NULL ? &report->sites[*site] : NULL,
        .stack = has_frames ? &report->stacks[*stack] : NULL,
        .var_name = live->var_name,
        .type_name = live->type_name,
        .tid = live->tid,
        .live_count = known(live->count),
        .live_bytes = known(live->bytes),
    };
}

uint64_t ms_profile_value(const struct ms_profile_sample *sample, enum ms_export_value value) {
    switch (value) {
    case MS_EXPORT_LIVE:
        return sample->live_bytes;
    case MS_EXPORT_LIVE_COUNT:
        return sample->live_count;
    case MS_EXPORT_TOTAL:
        return sample->total_bytes;
    case MS_EXPORT_COUNT:
        return sample->total_count;
    case MS_EXPORT_TEMPORARY:
        return sample->temporary_count;
    case MS_EXPORT_PEAK:
        return sample->bytes_at_peak;
    case MS_EXPORT_VALUE_COUNT:
        break;
    }
    return 0;
}

size_t ms_profile_depth(const struct ms_profile_sample *sample, enum ms_export_root root) {
    size_t depth = sample->stack != NULL ? sample->stack->frame_count : 1;
    return depth + (root != MS_EXPORT_ROOT_NONE);
}

static bool is_text(const char *text) {
    return text != NULL && *text != '\0';
}

/* A function without a name: where its code is. */
static const char *name_of_address(const struct memscope_frame *frame,
                                   char room[MS_PROFILE_NAME_BYTES]) {
    const char *module = frame->module != NULL ? frame->module : "";
    const char *slash = strrchr(module, '/');
    module = slash != NULL ? slash + 1 : module;
    snprintf(room, MS_PROFILE_NAME_BYTES, "%.255s%s0x%" PRIx64, module, is_text(module) ? "+" : "",
             frame->address);
    return room;
}

static struct ms_profile_frame root_frame(const struct ms_profile_sample *sample,
                                          enum ms_export_root root) {
    const char *name = root == MS_EXPORT_ROOT_TYPE ? sample->type_name : sample->var_name;
    const char *unknown = root == MS_EXPORT_ROOT_TYPE ? "[no type known]" : "[no variable known]";
    return (struct ms_profile_frame){is_text(name) ? name : unknown, NULL, MEMSCOPE_UNKNOWN};
}

static struct ms_profile_frame site_frame(const struct memscope_site_report *site) {
    if (site == NULL) {
        return (struct ms_profile_frame){"[unknown]", NULL, MEMSCOPE_UNKNOWN};
    }
    const char *name = is_text(site->function) ? site->function
                       : is_text(site->file)   ? site->file
                                               : "[unknown]";
    return (struct ms_profile_frame){name, site->file, site->line};
}

struct ms_profile_frame ms_profile_frame_get(const struct ms_profile_sample *sample,
                                             enum ms_export_root root, size_t at,
                                             char room[MS_PROFILE_NAME_BYTES]) {
    if (root != MS_EXPORT_ROOT_NONE && at-- == 0) {
        return root_frame(sample, root);
    }
    if (sample->stack == NULL) {
        return site_frame(sample->site);
    }
    const struct memscope_frame *frame =
        &sample->stack->frames[sample->stack->frame_count - 1 - at];
    const char *name = is_text(frame->function) ? frame->function : name_of_address(frame, room);
    return (struct ms_profile_frame){name, frame->file, frame->line};
}
