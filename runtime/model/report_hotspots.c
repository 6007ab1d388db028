/* SPDX-License-Identifier: MIT */
/* Where each site is; sites[] and hotspots[]. */
#include "model/build.h"

#include <stdlib.h>
#include <string.h>

const char *ms_build_kind(unsigned kind) {
    static const char *const s_spellings[] = {
#define X(number, name, spelling) [number] = spelling,
        MEMSCOPE_SITE_KINDS(X)
#undef X
    };
    return kind < sizeof(s_spellings) / sizeof(s_spellings[0]) ? s_spellings[kind] : NULL;
}

static const char *s_spelling_of_evidence(unsigned evidence) {
    static const char *const s_spellings[] = {
#define X(number, name, spelling) [number] = spelling,
        MEMSCOPE_EVIDENCES(X)
#undef X
    };
    return evidence < sizeof(s_spellings) / sizeof(s_spellings[0]) ? s_spellings[evidence] : NULL;
}

/* Sites that the program has used, and those that somebody has asked for. Site 0 and the plugin's
 * sites that were never reached would only be rows of zeros. */
static bool s_is_shown(const struct ms_build_site *site) {
    if (ms_build_is_object(site))
        return site->object.is_shown;
    if (site->has_event || site->allocations != 0 || site->frees != 0 || site->held_bytes != 0)
        return true;
    if (site->is_loss_only)
        return site->lost_here;
    return site->kind != MEMSCOPE_SITE_UNKNOWN && site->kind != MEMSCOPE_SITE_CALL &&
           site->kind != MEMSCOPE_SITE_CALLER && site->kind != MEMSCOPE_SITE_FUNCTION &&
           site->kind != MEMSCOPE_SITE_RELEASE;
}

/* A site of the runtime's has a return address: what the resolver knows of it, or the address. One
 * of a tracked variable has its file and line already. */
static enum ms_status s_locate_frame(struct ms_build *build, struct ms_build_site *site,
                                     const char **location) {
    struct ms_build_frames frames;
    enum ms_status status = ms_build_frames(build, site->frame, &frames);
    if (status != MS_OK)
        return status;
    const struct memscope_frame *inner = &frames.frames[0];
    status = ms_names_add(&build->names, inner->function, &site->function);
    if (status == MS_OK && site->file == 0)
        status = ms_names_add(&build->names, inner->file, &site->file);
    if (status != MS_OK)
        return status;
    if (site->line == 0 && inner->file != NULL && inner->line != MEMSCOPE_UNKNOWN &&
        inner->line <= UINT32_MAX)
        site->line = (uint32_t)inner->line;
    if (site->file != 0)
        return MS_OK;
    const char *path = inner->module != NULL ? inner->module : "";
    const char *slash = strrchr(path, '/');
    *location = ms_arena_format(build->arena, "%s%s0x%llx", slash != NULL ? slash + 1 : path,
                                *path != '\0' ? "+" : "", (unsigned long long)inner->address);
    return *location != NULL ? MS_OK : MS_NO_MEMORY;
}

static enum ms_status s_locate(struct ms_build *build, struct ms_build_site *site) {
    const char *location = NULL;
    enum ms_status status = MS_OK;
    if ((site->file == 0 || site->function == 0) && site->frame != 0)
        status = s_locate_frame(build, site, &location);
    if (status != MS_OK)
        return status;
    if (site->file != 0) {
        location = ms_build_text(build, site->file);
        if (site->line != 0)
            location = ms_arena_format(build->arena, "%s:%u", location, site->line);
        if (location == NULL)
            return MS_NO_MEMORY;
    }
    return ms_names_add(&build->names, location, &site->location);
}

/* The elements of COUNT blocks of SITE with BYTES in all, each block being a header and elements.
 * Unknown where that does not come out even. */
static uint64_t s_elements(const struct ms_build_site *site, uint64_t count, uint64_t bytes) {
    uint64_t headers;
    if (site->element_name == 0 || __builtin_mul_overflow(count, site->header_size, &headers) ||
        headers > bytes || (bytes - headers) % site->element_size != 0)
        return MEMSCOPE_UNKNOWN;
    return (bytes - headers) / site->element_size;
}

/* What all blocks do not agree with says nothing of the live ones. */
static void s_fill_elements(const struct ms_build *build, struct memscope_site_report *out) {
    const struct ms_build_site *site = &build->sites[out->id];
    uint64_t total = s_elements(site, out->total_allocations, out->total_bytes);
    if (total == MEMSCOPE_UNKNOWN)
        return;
    out->element_name = ms_build_text(build, site->element_name);
    out->total_elements = total;
    if (!build->sampled)
        out->live_elements = s_elements(site, out->live_allocations, out->live_bytes);
}

static void s_fill_site(const struct ms_build *build, uint32_t id,
                        struct memscope_site_report *out) {
    const struct ms_build_site *site = &build->sites[id];
    const struct ms_build_object *object = &site->object;
    uint64_t object_live = ms_build_minus(object->bytes, object->gone_bytes);
    uint64_t live_bytes = site->live_bytes + object_live;
    *out = (struct memscope_site_report){
        .id = id,
        .kind = ms_build_kind(site->kind),
        .evidence = s_spelling_of_evidence(site->evidence),
        .var_name = ms_build_text(build, site->var_name),
        .type_name = ms_build_text(build, site->type_name),
        .label = ms_build_text(build, site->label),
        .file = ms_build_text(build, site->file),
        .line = site->line != 0 ? site->line : MEMSCOPE_UNKNOWN,
        .column = site->column != 0 ? site->column : MEMSCOPE_UNKNOWN,
        .function = ms_build_text(build, site->function),
        .total_allocations = site->allocations + object->count,
        .total_bytes = site->alloc_bytes + object->bytes,
        .live_allocations = site->live_count + ms_build_minus(object->count, object->gone),
        .live_bytes = live_bytes,
        .peak_bytes = ms_build_max(site->peak_bytes + object->peak_bytes, live_bytes),
        .bytes_at_peak = site->bytes_at_peak,
        .temporary_allocations = site->temporary,
        .moved_bytes = build->sampled ? MEMSCOPE_UNKNOWN : site->moved,
        .slack_bytes = build->knows_slack ? site->slack_bytes : MEMSCOPE_UNKNOWN,
        .left_by_jump = object->jumped,
        .pooled = site->is_pooled,
        .total_elements = MEMSCOPE_UNKNOWN,
        .live_elements = MEMSCOPE_UNKNOWN,
        .error_percent = site->error_percent,
    };
    s_fill_elements(build, out);
}

static void s_fill_hotspot(const struct ms_build *build, const struct memscope_site_report *site,
                           struct memscope_hotspot *out) {
    *out = (struct memscope_hotspot){
        .var_name = site->var_name,
        .type_name = site->type_name,
        .total_size = site->total_bytes,
        .allocation_count = site->total_allocations,
        .location = ms_build_text(build, build->sites[site->id].location),
        .function = site->function,
        .live_size = site->live_bytes,
        .live_count = site->live_allocations,
        .stack_id = build->sites[site->id].top_stack,
        .temporary_count = site->temporary_allocations,
        .moved_bytes = site->moved_bytes,
    };
}

static int s_by_total(const void *left, const void *right) {
    const struct memscope_site_report *a = left;
    const struct memscope_site_report *b = right;
    int order = ms_build_descending(a->total_bytes, b->total_bytes);
    if (order == 0)
        order = ms_build_descending(a->total_allocations, b->total_allocations);
    return order != 0 ? order : ms_build_ascending(a->id, b->id);
}

enum ms_status ms_build_hotspots(struct ms_build *build) {
    size_t shown = 0;
    size_t used = 0;
    for (uint32_t i = 0; i < build->site_count; i++) {
        if (!s_is_shown(&build->sites[i]))
            continue;
        ms_build_progress(build, i, build->site_count);
        enum ms_status status = s_locate(build, &build->sites[i]);
        if (status != MS_OK)
            return status;
        shown++;
        used += build->sites[i].allocations != 0;
    }
    struct memscope_site_report *sites = ms_arena_array(build->arena, shown, sizeof(*sites));
    struct memscope_hotspot *hotspots = ms_arena_array(build->arena, used, sizeof(*hotspots));
    if (sites == NULL || hotspots == NULL)
        return MS_NO_MEMORY;
    build->report->sites = sites;
    build->report->hotspots = hotspots;
    for (uint32_t i = 0; i < build->site_count; i++)
        if (s_is_shown(&build->sites[i]))
            s_fill_site(build, i, &sites[build->report->site_count++]);
    qsort(sites, shown, sizeof(*sites), s_by_total);
    for (size_t i = 0; i < shown; i++)
        if (build->sites[sites[i].id].allocations != 0)
            s_fill_hotspot(build, &sites[i], &hotspots[build->report->hotspot_count++]);
    return MS_OK;
}
