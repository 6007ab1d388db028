/* SPDX-License-Identifier: MIT */
/*
 * A profile for `go tool pprof` (profile.proto), compressed by gzip. A message of protobuf is the
 * same as its pieces one after the other, so each sample, location, function and string is packed
 * and passed on as a profile of its own: what is kept grows with the different places of the
 * program, and not with the samples.
 */
#include <inttypes.h>
#include <profile.pb-c.h> /* made of profile.proto */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/export.h"
#include "export/packing_sink.h"
#include "export/profile_samples.h"
#include "export/sink_buffer.h"
#include "model/arena.h"
#include "model/names.h"

#define VALUE_COUNT 4u
#define LABEL_LIMIT 4u

struct pprof {
    ProtobufCBuffer buffer; /* first: append_bytes() gets it */
    struct ms_sink_buffer out;
    enum ms_status status;
    const struct memscope_report *report;
    struct ms_profile_index rows;
    struct ms_arena arena;
    struct ms_names names;     /* a string's number is its place in the string table */
    uint32_t written_strings;  /* of names */
    struct ms_index functions; /* name, file -> id */
    struct ms_index modules;   /* name of the path -> index in report->modules */
    struct ms_index heads;     /* mapping, upper half of an address -> number of that pair */
    struct ms_index locations; /* number of the pair, lower half -> id */
    uint64_t location_count;
    struct ms_index sites; /* 1 + id of a site, 0: not known -> id of its location */
    struct mapping {
        uint64_t limit; /* behind the last address that was seen */
        bool has_functions, has_lines, has_inlined;
    } * mappings;       /* by index in report->modules */
    uint64_t *stack;    /* room for the locations of the deepest stack, */
    Pprof__Line *lines; /* and for its lines */
    Pprof__Line **line_pointers;
};

/* ---- pieces ---- */

static void append_bytes(ProtobufCBuffer *buffer, size_t size, const uint8_t *bytes) {
    ms_sink_buffer_put(&((struct pprof *)buffer)->out, bytes, size);
}

static void put(struct pprof *pprof, const Pprof__Profile *piece) {
    pprof__profile__pack_to_buffer(piece, &pprof->buffer);
}

static void keep_status(struct pprof *pprof, enum ms_status status) {
    if (pprof->status == MS_OK) {
        pprof->status = status;
    }
}

/* The value of KEY in INDEX, NEXT if it is new; 0 when out of memory. */
static uint32_t put_key(struct pprof *pprof, struct ms_index *index, uint64_t key, uint32_t next,
                        bool *added) {
    const uint32_t *value = ms_index_put(index, key, next, added);
    if (value == NULL) {
        keep_status(pprof, MS_NO_MEMORY);
        *added = false;
        return 0;
    }
    return *value;
}

/* The place of TEXT in the string table; NULL has 0, as "" does. */
static uint32_t string_of(struct pprof *pprof, const char *text) {
    ms_name name = 0;
    if (text == NULL || *text == '\0') {
        return 0;
    }
    keep_status(pprof, ms_names_add(&pprof->names, text, &name));
    if (name > pprof->written_strings) {
        char *string = (char *)(uintptr_t)ms_names_text(&pprof->names, name);
        Pprof__Profile piece = PPROF__PROFILE__INIT;
        piece.n_string_table = 1;
        piece.string_table = &string;
        put(pprof, &piece);
        pprof->written_strings = name;
    }
    return name;
}

static int64_t number(uint64_t value) {
    return value == MEMSCOPE_UNKNOWN ? 0 : value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

static uint64_t function_of(struct pprof *pprof, const char *name, const char *file) {
    bool added;
    uint32_t name_string = string_of(pprof, name);
    uint32_t file_string = string_of(pprof, file);
    uint32_t id = put_key(pprof, &pprof->functions, ms_index_pair(name_string, file_string),
                          (uint32_t)pprof->functions.count + 1, &added);
    if (added) {
        Pprof__Function function = PPROF__FUNCTION__INIT;
        Pprof__Function *functions = &function;
        Pprof__Profile piece = PPROF__PROFILE__INIT;
        function.id = id;
        function.name = function.system_name = name_string;
        function.filename = file_string;
        piece.n_function = 1;
        piece.function = &functions;
        put(pprof, &piece);
    }
    return id;
}

static uint64_t put_location(struct pprof *pprof, uint64_t mapping_id, uint64_t address,
                             size_t line_count) {
    Pprof__Location location = PPROF__LOCATION__INIT;
    Pprof__Location *locations = &location;
    Pprof__Profile piece = PPROF__PROFILE__INIT;
    location.id = ++pprof->location_count;
    location.mapping_id = mapping_id;
    location.address = address;
    location.n_line = line_count;
    location.line = pprof->line_pointers;
    piece.n_location = 1;
    piece.location = &locations;
    put(pprof, &piece);
    return location.id;
}

static void set_line(struct pprof *pprof, size_t at, const char *function, const char *file,
                     uint64_t line) {
    pprof->lines[at] = (Pprof__Line)PPROF__LINE__INIT;
    pprof->lines[at].function_id = function_of(pprof, function, file);
    pprof->lines[at].line = number(line);
    pprof->line_pointers[at] = &pprof->lines[at];
}

/* ---- locations ---- */

/* Of the COUNT frames of one address: all but the last are inlined. */
static uint64_t location_of_frames(struct pprof *pprof, const struct memscope_frame *frames,
                                   size_t count) {
    const struct memscope_frame *outer = &frames[count - 1];
    const uint32_t *module = ms_index_find(&pprof->modules, string_of(pprof, outer->module));
    uint64_t base = module != NULL ? pprof->report->modules[*module].base : 0;
    uint64_t address = outer->address + (base != MEMSCOPE_UNKNOWN ? base : 0);
    uint32_t mapping_id = module != NULL ? *module + 1 : 0;
    bool added;
    uint32_t head =
        put_key(pprof, &pprof->heads, ms_index_pair(mapping_id, (uint32_t)(address >> 32)),
                (uint32_t)pprof->heads.count + 1, &added);
    uint32_t id = put_key(pprof, &pprof->locations, ms_index_pair(head, (uint32_t)address),
                          (uint32_t)pprof->location_count + 1, &added);
    if (!added) {
        return id;
    }
    size_t lines = 0;
    struct mapping unknown = {0};
    struct mapping *mapping = module != NULL ? &pprof->mappings[*module] : &unknown;
    for (size_t i = 0; i < count; i++) {
        if (frames[i].function == NULL) {
            continue;
        }
        set_line(pprof, lines++, frames[i].function, frames[i].file, frames[i].line);
        mapping->has_functions = true;
        mapping->has_lines |= frames[i].file != NULL && frames[i].line != MEMSCOPE_UNKNOWN;
        mapping->has_inlined |= frames[i].inlined;
    }
    if (address >= mapping->limit) {
        mapping->limit = address + 1;
    }
    return put_location(pprof, mapping_id, address, lines);
}

/* Where a site is in the source. Collectors that take the difference of two profiles (Grafana
 * Alloy's fastdelta) tell stacks apart by nothing but the addresses of their locations, so each
 * site has one: its number, which stays the same in all profiles of a process. No code is so low.
 */
static uint64_t location_of_site(struct pprof *pprof, const struct memscope_site_report *site) {
    bool added;
    uint64_t key = site != NULL ? UINT64_C(1) + site->id : 0;
    uint32_t id = put_key(pprof, &pprof->sites, key, (uint32_t)pprof->location_count + 1, &added);
    if (added) {
        const char *function = site != NULL ? site->function : NULL;
        set_line(pprof, 0, function != NULL ? function : "[unknown]",
                 site != NULL ? site->file : NULL, site != NULL ? site->line : MEMSCOPE_UNKNOWN);
        put_location(pprof, 0, 1 + key, 1);
    }
    return id;
}

/* The locations of SAMPLE into pprof->stack, innermost first. */
static size_t find_locations(struct pprof *pprof, const struct ms_profile_sample *sample) {
    if (sample->stack == NULL) {
        pprof->stack[0] = location_of_site(pprof, sample->site);
        return 1;
    }
    size_t depth = 0;
    for (size_t i = 0, end; i < sample->stack->frame_count; i = end) {
        const struct memscope_frame *frames = sample->stack->frames;
        for (end = i + 1; end < sample->stack->frame_count && frames[end - 1].inlined; end++) {
        }
        pprof->stack[depth++] = location_of_frames(pprof, &frames[i], end - i);
    }
    return depth;
}

/* ---- samples ---- */

static size_t add_label(struct pprof *pprof, Pprof__Label *labels, size_t count, const char *key,
                        const char *text) {
    if (text == NULL || *text == '\0') {
        return count;
    }
    labels[count] = (Pprof__Label)PPROF__LABEL__INIT;
    labels[count].key = string_of(pprof, key);
    labels[count].str = string_of(pprof, text);
    return count + 1;
}

/* SIGN is -1 for what is taken off: a profile may have several samples of one place, which count
 * together. */
static void put_sample(struct pprof *pprof, const struct ms_profile_sample *from, int sign) {
    int64_t values[VALUE_COUNT] = {
        sign * number(from->total_count), sign * number(from->total_bytes),
        sign * number(from->live_count), sign * number(from->live_bytes)};
    if ((values[0] | values[1] | values[2] | values[3]) == 0) {
        return;
    }
    Pprof__Label labels[LABEL_LIMIT], *label_pointers[LABEL_LIMIT];
    Pprof__Sample sample = PPROF__SAMPLE__INIT, *samples = &sample;
    Pprof__Profile piece = PPROF__PROFILE__INIT;
    sample.n_location_id = find_locations(pprof, from);
    sample.location_id = pprof->stack;
    sample.n_value = VALUE_COUNT;
    sample.value = values;
    sample.label = label_pointers;
    sample.n_label = add_label(pprof, labels, 0, "type", from->type_name);
    sample.n_label = add_label(pprof, labels, sample.n_label, "variable", from->var_name);
    if (from->site != NULL) {
        sample.n_label = add_label(pprof, labels, sample.n_label, "label", from->site->label);
    }
    if (from->tid != MEMSCOPE_UNKNOWN) {
        char tid[24]; /* a number would be one with a unit, which pprof scales */
        snprintf(tid, sizeof(tid), "%" PRIu64, from->tid);
        sample.n_label = add_label(pprof, labels, sample.n_label, "thread", tid);
    }
    for (size_t i = 0; i < sample.n_label; i++) {
        label_pointers[i] = &labels[i];
    }
    piece.n_sample = 1;
    piece.sample = &samples;
    put(pprof, &piece);
}

static Pprof__ValueType value_type(struct pprof *pprof, const char *type, const char *unit) {
    Pprof__ValueType value = PPROF__VALUE_TYPE__INIT;
    value.type = string_of(pprof, type);
    value.unit = string_of(pprof, unit);
    return value;
}

/* When it was, and for how long. */
static void set_time(Pprof__Profile *head, const struct memscope_report *report,
                     const struct ms_export_options *options) {
    int64_t duration = number(report->process.duration_ns);
    head->time_nanos = number(report->process.start_time);
    head->duration_nanos = duration;
    if (options->before != NULL) {
        int64_t begin = number(options->before->process.duration_ns);
        head->time_nanos += begin;
        head->duration_nanos = duration > begin ? duration - begin : 0;
    } else if (options->is_snapshot) {
        head->time_nanos += duration;
        head->duration_nanos = 0;
    }
}

/* The first string is "", everything else is found by its number. */
static void put_head(struct pprof *pprof, const struct ms_export_options *options) {
    static char s_empty[] = "";
    char *strings = s_empty;
    Pprof__Profile first = PPROF__PROFILE__INIT;
    first.n_string_table = 1;
    first.string_table = &strings;
    put(pprof, &first);

    Pprof__ValueType types[VALUE_COUNT] = {
        value_type(pprof, "alloc_objects", "count"),
        value_type(pprof, "alloc_space", "bytes"),
        value_type(pprof, "inuse_objects", "count"),
        value_type(pprof, "inuse_space", "bytes"),
    };
    Pprof__ValueType *type_pointers[VALUE_COUNT];
    for (size_t i = 0; i < VALUE_COUNT; i++) {
        type_pointers[i] = &types[i];
    }
    const struct memscope_report *report = pprof->report;
    uint64_t period = number(report->sampling.sample_bytes);
    Pprof__ValueType period_type = value_type(pprof, "space", "bytes");
    Pprof__Profile head = PPROF__PROFILE__INIT;
    head.n_sample_type = VALUE_COUNT;
    head.sample_type = type_pointers;
    set_time(&head, report, options);
    head.period_type = &period_type;
    head.period = period != 0 ? (int64_t)period : 1;
    bool shows_total = options->is_snapshot && options->value == MS_EXPORT_TOTAL;
    head.default_sample_type = string_of(pprof, shows_total ? "alloc_space" : "inuse_space");
    put(pprof, &head);
    for (size_t i = 0; i < report->note_count; i++) {
        int64_t comment = string_of(pprof, report->notes[i]);
        Pprof__Profile piece = PPROF__PROFILE__INIT;
        piece.n_comment = 1;
        piece.comment = &comment;
        put(pprof, &piece);
    }
}

static void put_mappings(struct pprof *pprof) {
    const struct memscope_report *report = pprof->report;
    for (size_t i = 0; i < report->module_count; i++) {
        const struct memscope_module_report *module = &report->modules[i];
        const struct mapping *seen = &pprof->mappings[i];
        Pprof__Mapping mapping = PPROF__MAPPING__INIT, *mappings = &mapping;
        Pprof__Profile piece = PPROF__PROFILE__INIT;
        mapping.id = i + 1;
        mapping.memory_start = module->base != MEMSCOPE_UNKNOWN ? module->base : 0;
        mapping.memory_limit =
            seen->limit > mapping.memory_start ? seen->limit : mapping.memory_start;
        mapping.filename = string_of(pprof, module->path);
        mapping.build_id = string_of(pprof, module->build_id);
        mapping.has_functions = seen->has_functions;
        mapping.has_filenames = mapping.has_line_numbers = seen->has_lines;
        mapping.has_inline_frames = seen->has_inlined;
        piece.n_mapping = 1;
        piece.mapping = &mappings;
        put(pprof, &piece);
    }
}

/* ---- the whole ---- */

/* Modules that are there twice are told by their path alone: the first is taken. */
static void find_modules(struct pprof *pprof) {
    bool added;
    for (size_t i = 0; i < pprof->report->module_count; i++) {
        uint32_t path = string_of(pprof, pprof->report->modules[i].path);
        if (path != 0) {
            put_key(pprof, &pprof->modules, path, (uint32_t)i, &added);
        }
    }
}

static size_t find_deepest(const struct memscope_report *report, size_t deepest) {
    for (size_t i = 0; i < report->stack_count; i++) {
        if (report->stacks[i].frame_count > deepest) {
            deepest = report->stacks[i].frame_count;
        }
    }
    return deepest;
}

static bool make_room(struct pprof *pprof, const struct memscope_report *before) {
    const struct memscope_report *report = pprof->report;
    size_t deepest = find_deepest(report, 1);
    if (before != NULL) {
        deepest = find_deepest(before, deepest);
    }
    pprof->mappings = calloc(report->module_count + 1, sizeof(*pprof->mappings));
    pprof->stack = malloc(deepest * sizeof(*pprof->stack));
    pprof->lines = malloc(deepest * sizeof(*pprof->lines));
    pprof->line_pointers = malloc(deepest * sizeof(*pprof->line_pointers));
    return pprof->mappings != NULL && pprof->stack != NULL && pprof->lines != NULL &&
           pprof->line_pointers != NULL;
}

static void put_samples(struct pprof *pprof, const struct ms_profile_index *rows, int sign) {
    for (size_t i = 0; i < ms_profile_sample_count(rows) && pprof->status == MS_OK; i++) {
        struct ms_profile_sample sample = ms_profile_sample_get(rows, i);
        put_sample(pprof, &sample, sign);
    }
}

static void put_before(struct pprof *pprof, const struct memscope_report *before) {
    struct ms_profile_index rows;
    keep_status(pprof, ms_profile_index_init(&rows, before));
    if (pprof->status == MS_OK) {
        put_samples(pprof, &rows, -1);
        ms_profile_index_fini(&rows);
    }
}

static void write_profile(struct pprof *pprof, const struct ms_export_options *options) {
    put_head(pprof, options);
    find_modules(pprof);
    put_samples(pprof, &pprof->rows, 1);
    if (options->before != NULL) {
        put_before(pprof, options->before);
    }
    put_mappings(pprof);
}

static void pprof_destroy(struct pprof *pprof) {
    ms_profile_index_fini(&pprof->rows);
    ms_names_fini(&pprof->names);
    ms_index_fini(&pprof->sites);
    ms_index_fini(&pprof->functions);
    ms_index_fini(&pprof->modules);
    ms_index_fini(&pprof->heads);
    ms_index_fini(&pprof->locations);
    ms_arena_fini(&pprof->arena);
    free(pprof->mappings);
    free(pprof->stack);
    free(pprof->lines);
    free(pprof->line_pointers);
    free(pprof);
}

enum ms_status ms_export_pprof(const struct memscope_report *report,
                               const struct ms_export_options *options, ms_sink_fn *sink,
                               void *sink_data) {
    static const struct ms_export_options s_defaults;
    options = options != NULL ? options : &s_defaults;
    struct pprof *pprof = calloc(1, sizeof(*pprof));
    struct ms_packing_sink *packing = ms_packing_sink_new(sink, sink_data, MS_PACKING_GZIP);
    enum ms_status status = MS_NO_MEMORY;
    if (pprof != NULL && packing != NULL) {
        pprof->buffer.append = append_bytes;
        pprof->report = report;
        pprof->names.arena = &pprof->arena;
        ms_sink_buffer_init(&pprof->out, ms_packing_sink_put, packing);
        status = ms_profile_index_init(&pprof->rows, report);
        if (status == MS_OK && !make_room(pprof, options->before)) {
            status = MS_NO_MEMORY;
        }
        if (status == MS_OK) {
            write_profile(pprof, options);
            status = pprof->status;
        }
        ms_sink_buffer_flush(&pprof->out); /* its errors are those of `packing` */
        pprof_destroy(pprof);
    } else {
        free(pprof);
    }
    enum ms_status finished = packing != NULL ? ms_packing_sink_finish(packing) : MS_NO_MEMORY;
    return status == MS_OK ? finished : status;
}
