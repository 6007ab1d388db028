/* SPDX-License-Identifier: MIT */
#include "compare/merge_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare/merge.h"
#include "compare/merge_copy.h"

enum s_rule {
    S_KEY,
    S_SUM,
    S_PEAK,
    S_SHARE,
    S_FIRST,
    S_TIME,
    S_ERROR,
    S_MEAN,
    S_MEANB,
    S_STACK,
    S_STACK1,
    S_SITE,
    S_ID,
    S_NAME,
    S_NONE,
};

static const char *const s_rule_names[] = {"KEY",    "SUM",   "PEAK", "SHARE", "FIRST",
                                           "TIME",   "ERROR", "MEAN", "MEANB", "STACK",
                                           "STACK1", "SITE",  "ID",   "NAME",  "NONE"};

enum s_order { S_NO, S_UP, S_DOWN };

/* The .def as one list: a section, then its rules. */
struct s_line {
    const char *section; /* NULL: a rule */
    const char *key;     /* of a section: that it is sorted by */
    enum s_rule rule;
    enum s_order order;
    bool is_joined;
};

static const struct s_line s_lines[] = {
#define SECTION(name, sort, order) {#name, #sort, S_NONE, S_##order, true},
#define ROWS(name, sort, order)    {#name, #sort, S_NONE, S_##order, false},
#define RULE(key, rule)            {NULL, #key, S_##rule, S_NO, false},
#include "compare/merge_rules.def"
#undef SECTION
#undef ROWS
#undef RULE
};
#define S_LINE_COUNT (sizeof(s_lines) / sizeof(s_lines[0]))

/* What a field needs besides its value while rows are added. */
struct s_extra {
    uint64_t sum;    /* of a peak: over all reports */
    uint64_t most;   /* the largest of one report */
    uint64_t now;    /* of the report that is being added */
    uint32_t report; /* which that is */
    double variance; /* of an estimate; of a mean: the sum of all */
    double weight;   /* of that */
};

static const struct s_line *s_find_section(size_t number) {
    for (size_t i = 0; i < S_LINE_COUNT; i++) {
        if (s_lines[i].section != NULL && number-- == 0)
            return &s_lines[i];
    }
    return NULL;
}

static const struct s_line *s_end_of(const struct s_line *section) {
    const struct s_line *line = section + 1;
    while (line < s_lines + S_LINE_COUNT && line->section == NULL)
        line++;
    return line;
}

size_t ms_merge_section_count(void) {
    size_t count = 0;
    for (size_t i = 0; i < S_LINE_COUNT; i++)
        count += s_lines[i].section != NULL;
    return count;
}

const char *ms_merge_rule_of(const char *section, const char *key) {
    for (size_t i = 0; i < S_LINE_COUNT; i++) {
        if (s_lines[i].section == NULL || strcmp(s_lines[i].section, section) != 0)
            continue;
        for (const struct s_line *line = &s_lines[i] + 1; line < s_end_of(&s_lines[i]); line++) {
            if (strcmp(line->key, key) == 0)
                return s_rule_names[line->rule];
        }
    }
    return NULL;
}

static const struct ms_field *s_find_field(const struct ms_shape *shape, const char *key) {
    for (size_t i = 0; i < shape->field_count; i++) {
        if (strcmp(shape->fields[i].key, key) == 0)
            return &shape->fields[i];
    }
    return NULL;
}

/* The rule of each field by its place in the shape. */
static const struct s_line *s_rule_line(const struct ms_merge_table *table, size_t field) {
    const char *key = table->field->shape->fields[field].key;
    for (const struct s_line *line = table->section + 1; line < s_end_of(table->section); line++) {
        if (strcmp(line->key, key) == 0)
            return line;
    }
    return NULL;
}

void ms_merge_table_init(struct ms_merge_table *table, size_t number) {
    const struct s_line *section = s_find_section(number);
    *table = (struct ms_merge_table){.section = section,
                                     .field = s_find_field(ms_report_shape(), section->section),
                                     .number = (uint32_t)number + 1};
    for (size_t i = 0; i < table->field->shape->field_count; i++) {
        const struct s_line *line = s_rule_line(table, i);
        table->rules[i] = line != NULL ? (uint8_t)line->rule : S_NONE;
    }
}

void ms_merge_table_fini(struct ms_merge_table *table) {
    ms_index_fini(&table->by_key);
    free(table->rows);
    free(table->extras);
}

/* ---- fields ---- */

static uint64_t *s_uint(char *row, const struct ms_field *field) {
    return (uint64_t *)(void *)(row + field->offset);
}

static uint64_t s_get(const char *row, const struct ms_field *field) {
    return *(const uint64_t *)(const void *)(row + field->offset);
}

static uint32_t s_get_id(const char *row, const struct ms_field *field) {
    return *(const uint32_t *)(const void *)(row + field->offset);
}

static void s_add_known(uint64_t *sum, uint64_t value) {
    if (*sum == MEMSCOPE_UNKNOWN || value == MEMSCOPE_UNKNOWN ||
        __builtin_add_overflow(*sum, value, sum))
        *sum = MEMSCOPE_UNKNOWN;
}

static uint32_t s_map_id(const struct ms_index *ids, uint32_t id) {
    const uint32_t *mapped = id != MEMSCOPE_NO_ID ? ms_index_find(ids, id) : NULL;
    return mapped != NULL ? *mapped : MEMSCOPE_NO_ID;
}

/* Since the epoch, until the start of the first process is known. */
static uint64_t s_absolute(const struct ms_merge_context *context, uint64_t time) {
    return time != MEMSCOPE_UNKNOWN ? context->start_time + time : MEMSCOPE_UNKNOWN;
}

/* The bytes that the error of a row is of. */
static uint64_t s_error_base(const struct ms_shape *shape, const char *row) {
    const struct ms_field *base = s_find_field(shape, "live_bytes");
    if (base == NULL)
        base = s_find_field(shape, "bytes");
    return base != NULL ? s_get(row, base) : MEMSCOPE_UNKNOWN;
}

static double s_variance(const struct ms_shape *shape, const struct ms_field *field,
                         const char *row) {
    double percent = *(const double *)(const void *)(row + field->offset);
    double error = (double)s_error_base(shape, row) * percent / 100;
    return percent == 0 ? 0 : error * error;
}

/* ---- adding ---- */

static uint32_t s_key_of(const struct ms_merge_table *table, struct ms_merge_context *context,
                         const char *row) {
    const struct ms_shape *shape = table->field->shape;
    struct ms_keys *keys = context->keys;
    uint32_t list = ms_keys_append(keys, 0, table->number);
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct ms_field *field = &shape->fields[i];
        if (table->rules[i] == S_KEY)
            list = ms_merge_key(keys, list, field, row);
        else if (table->rules[i] == S_STACK)
            list = ms_keys_append(keys, list, s_map_id(&context->stack_ids, s_get_id(row, field)));
        else if (table->rules[i] == S_SITE)
            list = ms_keys_append(keys, list, s_map_id(&context->site_ids, s_get_id(row, field)));
    }
    return list;
}

/* Room for one more row; NULL: out of memory. */
static char *s_new_row(struct ms_merge_table *table, struct ms_keys *keys) {
    const struct ms_shape *shape = table->field->shape;
    if (table->count == table->capacity) {
        uint32_t capacity = table->capacity != 0 ? 2 * table->capacity : 64;
        char *rows = realloc(table->rows, capacity * shape->size);
        if (rows != NULL)
            table->rows = rows;
        struct s_extra *extras =
            realloc(table->extras, capacity * shape->field_count * sizeof(*extras));
        if (extras != NULL)
            table->extras = extras;
        if (rows == NULL || extras == NULL) {
            keys->failed = true;
            return NULL;
        }
        table->capacity = capacity;
    }
    char *row = table->rows + table->count * shape->size;
    memset(row, 0, shape->size);
    memset(table->extras + table->count * shape->field_count, 0,
           shape->field_count * sizeof(*table->extras));
    table->count++;
    return row;
}

static const char *s_thread_name(struct ms_merge_context *context, const char *name) {
    if (context->process == NULL)
        return ms_keys_keep(context->keys, name);
    char *text = ms_arena_format(context->keys->names.arena, "%s: %s", context->process,
                                 name != NULL ? name : "thread");
    if (text == NULL)
        context->keys->failed = true;
    return text;
}

/* The first row with its key: what is not added up is that of SOURCE. */
static void s_begin_row(struct ms_merge_table *table, struct ms_merge_context *context,
                        const char *source, char *row) {
    const struct ms_shape *shape = table->field->shape;
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct ms_field *field = &shape->fields[i];
        switch ((enum s_rule)table->rules[i]) {
        case S_KEY:
        case S_FIRST:
            ms_merge_copy_field(context->keys, field, source, row);
            break;
        case S_TIME:
            *s_uint(row, field) = MEMSCOPE_UNKNOWN;
            break;
        case S_ID:
            *(uint32_t *)(void *)(row + field->offset) = table->count;
            break;
        case S_STACK:
        case S_STACK1:
            *(uint32_t *)(void *)(row + field->offset) =
                s_map_id(&context->stack_ids, s_get_id(source, field));
            break;
        case S_SITE:
            *(uint32_t *)(void *)(row + field->offset) =
                s_map_id(&context->site_ids, s_get_id(source, field));
            break;
        case S_NAME:
            *(const char **)(void *)(row + field->offset) = s_thread_name(
                context, *(const char *const *)(const void *)(source + field->offset));
            break;
        case S_SUM:
        case S_PEAK:
        case S_SHARE:
        case S_ERROR:
        case S_MEAN:
        case S_MEANB:
        case S_NONE:
            break; /* zeros */
        }
    }
}

/* Rows of one report that become one may have had their peaks together. */
static void s_add_peak(struct s_extra *extra, uint32_t report, uint64_t value) {
    if (extra->report != report) {
        extra->report = report;
        extra->now = 0;
    }
    s_add_known(&extra->sum, value);
    s_add_known(&extra->now, value);
    if (extra->now > extra->most) /* not known is the largest number */
        extra->most = extra->now;
}

static void s_add_share(struct s_extra *extra, const struct ms_merge_context *context,
                        uint64_t value) {
    if (context->report != context->best_report)
        return;
    if (extra->report != context->report) {
        extra->report = context->report;
        extra->now = 0;
    }
    s_add_known(&extra->now, value);
}

/* How much a row counts for its average: by its blocks, or by their bytes. */
static double s_weight(const struct ms_shape *shape, const char *row, bool by_bytes) {
    const struct ms_field *count = s_find_field(shape, "total_count");
    if (count == NULL)
        count = s_find_field(shape, "total_allocations");
    const struct ms_field *field = by_bytes ? s_find_field(shape, "total_bytes") : count;
    uint64_t weight = field != NULL ? s_get(row, field) : MEMSCOPE_UNKNOWN;
    return weight != MEMSCOPE_UNKNOWN ? (double)weight : 0;
}

static void s_add_mean(struct s_extra *extra, uint64_t value, double weight) {
    if (value == MEMSCOPE_UNKNOWN)
        return;
    extra->variance += (double)value * weight;
    extra->weight += weight;
}

static void s_add_row(struct ms_merge_table *table, const struct ms_merge_context *context,
                      const char *source, uint32_t number) {
    const struct ms_shape *shape = table->field->shape;
    char *row = table->rows + number * shape->size;
    struct s_extra *extras = table->extras + number * shape->field_count;
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct ms_field *field = &shape->fields[i];
        if (table->rules[i] == S_SUM)
            s_add_known(s_uint(row, field), s_get(source, field));
        else if (table->rules[i] == S_PEAK)
            s_add_peak(&extras[i], context->report, s_get(source, field));
        else if (table->rules[i] == S_SHARE)
            s_add_share(&extras[i], context, s_get(source, field));
        else if (table->rules[i] == S_ERROR)
            extras[i].variance += s_variance(shape, field, source);
        else if (table->rules[i] == S_MEAN || table->rules[i] == S_MEANB)
            s_add_mean(&extras[i], s_get(source, field),
                       s_weight(shape, source, table->rules[i] == S_MEANB));
        else if (table->rules[i] == S_TIME &&
                 s_absolute(context, s_get(source, field)) < *s_uint(row, field))
            *s_uint(row, field) = s_absolute(context, s_get(source, field));
    }
}

static void s_note_id(struct ms_merge_table *table, struct ms_merge_context *context,
                      const char *source, uint32_t row) {
    const struct ms_shape *shape = table->field->shape;
    for (size_t i = 0; i < shape->field_count; i++) {
        if (table->rules[i] == S_ID &&
            ms_index_put(&context->site_ids, s_get_id(source, &shape->fields[i]), row + 1, NULL) ==
                NULL)
            context->keys->failed = true;
    }
}

void ms_merge_table_add(struct ms_merge_table *table, struct ms_merge_context *context,
                        const struct memscope_report *report) {
    const struct ms_shape *shape = table->field->shape;
    const char *source =
        *(const char *const *)(const void *)((const char *)report + table->field->offset);
    size_t count = *(const size_t *)(const void *)((const char *)report + table->field->count);
    for (size_t i = 0; i < count && !context->keys->failed; i++, source += shape->size) {
        bool added = true;
        uint32_t row = table->count;
        if (table->section->is_joined) {
            const uint32_t *known = ms_index_put(&table->by_key, s_key_of(table, context, source),
                                                 table->count, &added);
            if (known == NULL) {
                context->keys->failed = true;
                return;
            }
            row = *known;
        } else if (table->count == MS_MERGE_ROWS_LIMIT) {
            table->left_out++;
            continue;
        }
        if (added) {
            char *place = s_new_row(table, context->keys);
            if (place == NULL)
                return;
            s_begin_row(table, context, source, place);
        }
        s_add_row(table, context, source, row);
        s_note_id(table, context, source, row);
    }
}

/* ---- the end ---- */

static uint64_t s_peak(const struct s_extra *extra, uint64_t at_once) {
    uint64_t bound;
    if (extra->most == MEMSCOPE_UNKNOWN || __builtin_mul_overflow(extra->most, at_once, &bound))
        return extra->sum;
    return bound < extra->sum ? bound : extra->sum;
}

static void s_finish_row(struct ms_merge_table *table, const struct ms_merge_end *end, char *row,
                         const struct s_extra *extras) {
    const struct ms_shape *shape = table->field->shape;
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct ms_field *field = &shape->fields[i];
        uint64_t *value = s_uint(row, field);
        if (table->rules[i] == S_PEAK) {
            *value = s_peak(&extras[i], end->at_once);
        } else if (table->rules[i] == S_SHARE) {
            *value = !end->peak_is_known                    ? MEMSCOPE_UNKNOWN
                     : extras[i].report == end->best_report ? extras[i].now
                                                            : 0;
        } else if (table->rules[i] == S_MEAN || table->rules[i] == S_MEANB) {
            double mean = extras[i].weight > 0 ? extras[i].variance / extras[i].weight : NAN;
            *value = mean < 0x1p63 ? (uint64_t)(mean + 0.5) : MEMSCOPE_UNKNOWN;
        } else if (table->rules[i] == S_TIME && *value != MEMSCOPE_UNKNOWN) {
            *value -= end->start_time;
        } else if (table->rules[i] == S_ERROR) {
            uint64_t base = s_error_base(shape, row);
            double error = sqrt(extras[i].variance);
            *(double *)(void *)(row + field->offset) = extras[i].variance == 0 ? 0
                                                       : base == 0 || base == MEMSCOPE_UNKNOWN
                                                           ? (double)NAN
                                                           : 100 * error / (double)base;
        }
    }
}

/* What comes before what, whatever its size: by its place in a list of spellings. Leaks of which
 * nobody knows whether they are reachable come before those that are. */
static size_t s_rank(const char *spelling) {
    static const char *const s_spellings[] = {
#define X(name, spelling) spelling,
        MEMSCOPE_SEVERITIES(X) MEMSCOPE_REACHABILITIES(X)
#undef X
    };
    const size_t count = sizeof(s_spellings) / sizeof(s_spellings[0]);
    for (size_t i = 0; spelling != NULL && i < count; i++) {
        if (strcmp(s_spellings[i], spelling) == 0)
            return 2 * i;
    }
    return 2 * count - 3;
}

struct s_sort {
    const struct ms_field *rank; /* NULL: none */
    const struct ms_field *field;
    enum s_order order;
};

static size_t s_rank_of(const struct s_sort *sort, const char *row) {
    return sort->rank != NULL
               ? s_rank(*(const char *const *)(const void *)(row + sort->rank->offset))
               : 0;
}

static int s_compare(const void *a, const void *b, void *data) {
    const struct s_sort *sort = data;
    const char *left = *(const char *const *)a, *right = *(const char *const *)b;
    size_t rank = s_rank_of(sort, left), other_rank = s_rank_of(sort, right);
    if (rank != other_rank)
        return rank < other_rank ? -1 : 1;
    uint64_t one = sort->order != S_NO ? s_get(left, sort->field) : 0;
    uint64_t other = sort->order != S_NO ? s_get(right, sort->field) : 0;
    if (one != other)
        return (one < other) == (sort->order == S_UP) ? -1 : 1;
    return left < right ? -1 : left > right;
}

/* Into a list of their own in the same order: rows with equal keys stay as they came. */
static bool s_sort_rows(struct ms_merge_table *table) {
    size_t size = table->field->shape->size;
    const struct ms_shape *shape = table->field->shape;
    const struct ms_field *severity = s_find_field(shape, "severity");
    struct s_sort sort = {.rank = severity != NULL ? severity : s_find_field(shape, "reachability"),
                          .field = s_find_field(shape, table->section->key),
                          .order = table->section->order};
    if ((sort.order == S_NO && sort.rank == NULL) || table->count == 0)
        return true;
    const char **list = malloc(table->count * sizeof(*list));
    char *sorted = malloc((size_t)table->capacity * size);
    if (list != NULL && sorted != NULL) {
        for (uint32_t i = 0; i < table->count; i++)
            list[i] = table->rows + i * size;
        qsort_r(list, table->count, sizeof(*list), s_compare, &sort);
        for (uint32_t i = 0; i < table->count; i++)
            memcpy(sorted + i * size, list[i], size);
        free(table->rows);
        table->rows = sorted;
        sorted = NULL;
    }
    bool done = list != NULL && sorted == NULL;
    free(list);
    free(sorted);
    return done;
}

bool ms_merge_table_finish(struct ms_merge_table *table, const struct ms_merge_end *end,
                           struct memscope_report *report) {
    const struct ms_shape *shape = table->field->shape;
    for (uint32_t i = 0; i < table->count; i++)
        s_finish_row(table, end, table->rows + i * shape->size,
                     table->extras + i * shape->field_count);
    if (!s_sort_rows(table))
        return false;
    *(const char **)(void *)((char *)report + table->field->offset) = table->rows;
    *(size_t *)(void *)((char *)report + table->field->count) = table->count;
    return true;
}
