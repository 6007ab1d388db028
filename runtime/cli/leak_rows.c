/* SPDX-License-Identifier: MIT */
#include "cli/leak_rows.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/suppressions.h"

/* How sure it is that something leaks; the order of the rows. */
enum s_rank { S_UNREACHABLE, S_INDIRECT, S_UNKNOWN, S_OF_LIBC, S_REACHABLE };

struct s_row {
    enum s_rank rank;
    struct memscope_leak leak;
};

struct s_stacks {
    const struct memscope_stack **by_id;
    size_t count;
};

static int s_compare_stacks(const void *left, const void *right) {
    const struct memscope_stack *a = *(const struct memscope_stack *const *)left;
    const struct memscope_stack *b = *(const struct memscope_stack *const *)right;
    return a->id < b->id ? -1 : a->id > b->id;
}

static struct s_stacks s_sort_stacks(const struct memscope_report *report) {
    struct s_stacks stacks = {ms_cli_alloc((report->stack_count + 1) * sizeof(*stacks.by_id)),
                              report->stack_count};
    for (size_t i = 0; i < stacks.count; i++)
        stacks.by_id[i] = &report->stacks[i];
    qsort(stacks.by_id, stacks.count, sizeof(*stacks.by_id), s_compare_stacks);
    return stacks;
}

static const struct memscope_stack *s_find_stack(const struct s_stacks *stacks, uint32_t id) {
    struct memscope_stack key = {.id = id};
    const struct memscope_stack *wanted = &key;
    if (id == MEMSCOPE_NO_ID || stacks->count == 0)
        return NULL;
    const struct memscope_stack **found =
        bsearch(&wanted, stacks->by_id, stacks->count, sizeof(*stacks->by_id), s_compare_stacks);
    return found != NULL ? *found : NULL;
}

/* Whether the C library or the dynamic linker made the blocks for itself: the buffer of a stream.
 */
static bool s_is_of_libc(const struct memscope_stack *stack) {
    static const char *const s_modules[] = {"libc.so", "libc-", "ld-linux", "libc.musl"};
    const char *module = stack != NULL && stack->frame_count != 0 ? stack->frames[0].module : NULL;
    if (module == NULL)
        return false;
    const char *slash = strrchr(module, '/');
    const char *name = slash != NULL ? slash + 1 : module;
    for (size_t i = 0; i < sizeof(s_modules) / sizeof(s_modules[0]); i++) {
        if (strncmp(name, s_modules[i], strlen(s_modules[i])) == 0)
            return true;
    }
    return false;
}

static enum s_rank s_rank(const struct memscope_leak *leak, const struct memscope_stack *stack) {
    static const struct {
        const char *spelling;
        enum s_rank rank;
    } s_ranks[] = {
        {"unreachable", S_UNREACHABLE}, {"indirect", S_INDIRECT}, {"reachable", S_REACHABLE}};
    for (size_t i = 0; leak->reachability != NULL && i < sizeof(s_ranks) / sizeof(s_ranks[0]);
         i++) {
        if (strcmp(leak->reachability, s_ranks[i].spelling) == 0)
            return s_ranks[i].rank;
    }
    return s_is_of_libc(stack) ? S_OF_LIBC : S_UNKNOWN;
}

static void s_add(struct ms_leak_sum *sum, const struct memscope_leak *leak) {
    sum->count += leak->count;
    sum->bytes += leak->bytes;
}

static void s_count(struct ms_leak_rows *rows, const struct s_row *row) {
    struct ms_leak_sum *const sums[] = {
        [S_UNREACHABLE] = &rows->unreachable, [S_INDIRECT] = &rows->indirect,
        [S_UNKNOWN] = &rows->unknown,         [S_OF_LIBC] = &rows->unknown,
        [S_REACHABLE] = &rows->reachable,
    };
    s_add(sums[row->rank], &row->leak);
    if (row->rank == S_OF_LIBC)
        s_add(&rows->of_libc, &row->leak);
}

/* ---- putting together ---- */

static int s_compare_text(const char *a, const char *b) {
    if (a == b)
        return 0;
    if (a == NULL || b == NULL)
        return a == NULL ? 1 : -1;
    return strcmp(a, b);
}

static int s_compare_site(const struct memscope_leak *a, const struct memscope_leak *b) {
    int order = s_compare_text(a->location, b->location);
    if (order == 0)
        order = s_compare_text(a->function, b->function);
    return order != 0 ? order : s_compare_text(a->type_name, b->type_name);
}

static int s_compare_key(enum ms_leak_group group, const struct memscope_leak *a,
                         const struct memscope_leak *b) {
    int order = 0;
    switch (group) {
    case MS_LEAK_BY_VARIABLE:
        order = s_compare_text(a->var_name, b->var_name);
        return order != 0 ? order : s_compare_text(a->type_name, b->type_name);
    case MS_LEAK_BY_TYPE:
        return s_compare_text(a->type_name, b->type_name);
    case MS_LEAK_BY_SITE:
        return s_compare_site(a, b);
    case MS_LEAK_BY_STACK:
        return a->stack_id < b->stack_id ? -1 : a->stack_id > b->stack_id;
    case MS_LEAK_BY_ALL:
    case MS_LEAK_GROUP_COUNT:
        break;
    }
    return 0;
}

static int s_compare_rows(const void *left, const void *right, void *data) {
    const struct s_row *a = left, *b = right;
    const enum ms_leak_group *group = data;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    int order = s_compare_key(*group, &a->leak, &b->leak);
    if (order == 0 && a->leak.bytes != b->leak.bytes)
        order = a->leak.bytes > b->leak.bytes ? -1 : 1;
    return order;
}

static int s_compare_sizes(const void *left, const void *right) {
    const struct s_row *a = left, *b = right;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->leak.bytes != b->leak.bytes)
        return a->leak.bytes > b->leak.bytes ? -1 : 1;
    if (a->leak.count != b->leak.count)
        return a->leak.count > b->leak.count ? -1 : 1;
    return s_compare_site(&a->leak, &b->leak);
}

/* What two rows do not share is not known of both. */
static void s_put_together(struct memscope_leak *sum, const struct memscope_leak *more) {
    sum->count += more->count;
    sum->bytes += more->bytes;
    if (more->first_seen_ns < sum->first_seen_ns)
        sum->first_seen_ns = more->first_seen_ns;
    if (s_compare_text(sum->var_name, more->var_name) != 0)
        sum->var_name = NULL;
    if (s_compare_text(sum->type_name, more->type_name) != 0)
        sum->type_name = NULL;
    if (s_compare_text(sum->location, more->location) != 0)
        sum->location = NULL;
    if (s_compare_text(sum->function, more->function) != 0)
        sum->function = NULL;
    if (sum->stack_id != more->stack_id)
        sum->stack_id = MEMSCOPE_NO_ID;
    if (sum->last_seen == NULL || more->last_seen == NULL ||
        s_compare_text(sum->last_seen->location, more->last_seen->location) != 0 ||
        s_compare_text(sum->last_seen->var_name, more->last_seen->var_name) != 0)
        sum->last_seen = NULL;
    if (sum->error_percent != more->error_percent)
        sum->error_percent = __builtin_nan("");
}

static size_t s_group(struct s_row *list, size_t count, enum ms_leak_group group) {
    size_t kept = 0;
    if (group == MS_LEAK_BY_ALL)
        return count;
    qsort_r(list, count, sizeof(*list), s_compare_rows, &group);
    for (size_t i = 0; i < count; i++) {
        struct s_row *last = kept != 0 ? &list[kept - 1] : NULL;
        if (last != NULL && last->rank == list[i].rank &&
            s_compare_key(group, &last->leak, &list[i].leak) == 0)
            s_put_together(&last->leak, &list[i].leak);
        else
            list[kept++] = list[i];
    }
    return kept;
}

void ms_leak_rows_init(struct ms_leak_rows *rows, const struct memscope_report *report,
                       enum ms_leak_group group, bool with_reachable,
                       struct ms_suppressions *suppressions) {
    struct s_stacks stacks = s_sort_stacks(report);
    struct s_row *list = ms_cli_alloc((report->leak_count + 1) * sizeof(*list));
    size_t count = 0;
    *rows = (struct ms_leak_rows){0};
    for (size_t i = 0; i < report->leak_count; i++) {
        const struct memscope_leak *leak = &report->leaks[i];
        const struct memscope_stack *stack = s_find_stack(&stacks, leak->stack_id);
        struct s_row row = {s_rank(leak, stack), *leak};
        struct ms_suppression *known = ms_suppressions_match(suppressions, stack, leak);
        bool is_shown = row.rank != S_REACHABLE || with_reachable;
        if (known != NULL && is_shown) {
            known->count += leak->count;
            known->bytes += leak->bytes;
            s_add(&rows->suppressed, leak);
            continue;
        }
        s_count(rows, &row);
        if (is_shown)
            list[count++] = row;
    }
    count = s_group(list, count, group);
    qsort(list, count, sizeof(*list), s_compare_sizes);
    rows->all = ms_cli_alloc((count + 1) * sizeof(*rows->all));
    for (size_t i = 0; i < count; i++)
        rows->all[i] = list[i].leak;
    rows->count = count;
    free(list);
    free(stacks.by_id);
}

void ms_leak_rows_fini(struct ms_leak_rows *rows) {
    free(rows->all);
    *rows = (struct ms_leak_rows){0};
}
