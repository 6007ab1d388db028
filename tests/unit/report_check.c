/* SPDX-License-Identifier: MIT */
#include "report_check.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "journal/journal.h"
#include "model/model.h"
#include "model/utf8.h"

struct memscope_report *report_of_file(const char *path, const struct memscope_resolver *resolver) {
    struct ms_journal *journal;
    struct memscope_report *report = NULL;
    if (ms_journal_open(path, &journal) != MS_OK)
        return NULL;
    if (ms_report_new(journal, resolver, MS_REPORT_EVENTS, &report) != MS_OK)
        report = NULL;
    ms_journal_close(journal); /* a report does not need its journal any more */
    return report;
}

struct memscope_report *report_of_builder(const char *path, struct journal_builder *builder,
                                          const struct memscope_resolver *resolver) {
    bool written = journal_builder_write(builder, path);
    journal_builder_destroy(builder);
    return written ? report_of_file(path, resolver) : NULL;
}

void check_same(const char *got, const char *wanted) {
    bool same = got == NULL || wanted == NULL ? got == wanted : strcmp(got, wanted) == 0;
    if (!same)
        printf("\n    got \"%s\", wanted \"%s\"", got != NULL ? got : "(null)",
               wanted != NULL ? wanted : "(null)");
    CU_ASSERT_TRUE(same);
}

static bool s_expect(bool holds, const char *what, size_t index) {
    if (!holds)
        printf("\n    not sound: %s %zu", what, index);
    return holds;
}

static bool s_text(const char *text, const char *what, size_t index) {
    return s_expect(text == NULL || ms_utf8_valid(text, strlen(text)) == strlen(text), what, index);
}

static bool s_has_stack(const struct memscope_report *report, uint32_t id) {
    if (id == MEMSCOPE_NO_ID)
        return true;
    for (size_t i = 0; i < report->stack_count; i++)
        if (report->stacks[i].id == id)
            return true;
    return false;
}

static bool s_sites_are_sound(const struct memscope_report *report) {
    bool sound = true;
    for (size_t i = 0; i < report->site_count; i++) {
        const struct memscope_site_report *site = &report->sites[i];
        sound &= s_text(site->var_name, "variable of site", i);
        sound &= s_text(site->type_name, "type of site", i);
        sound &= s_text(site->file, "file of site", i);
        sound &= s_text(site->function, "function of site", i);
        sound &= s_text(site->label, "label of site", i);
        sound &= s_expect(site->peak_bytes >= site->live_bytes, "peak of site", i);
        sound &= s_expect(i == 0 || site[-1].total_bytes >= site->total_bytes, "order of site", i);
    }
    for (size_t i = 0; i < report->hotspot_count; i++) {
        sound &= s_text(report->hotspots[i].location, "location of hotspot", i);
        sound &= s_expect(s_has_stack(report, report->hotspots[i].stack_id), "stack of hotspot", i);
    }
    return sound;
}

/* The surest leaks come first, then the largest. */
static int s_leak_rank(const struct memscope_leak *leak) {
    if (leak->reachability == NULL)
        return 2;
    return strcmp(leak->reachability, "unreachable") == 0 ? 0
           : strcmp(leak->reachability, "indirect") == 0  ? 1
                                                          : 3;
}

static bool s_groups_are_sound(const struct memscope_report *report) {
    bool sound = true;
    for (size_t i = 0; i < report->type_count; i++) {
        const struct memscope_type_report *type = &report->types[i];
        sound &= s_text(type->type_name, "name of type", i);
        sound &= s_expect(type->peak_bytes >= type->live_bytes, "peak of type", i);
        sound &= s_expect(i == 0 || type[-1].live_bytes >= type->live_bytes, "order of type", i);
    }
    for (size_t i = 0; i < report->layout_count; i++) {
        const struct memscope_layout *layout = &report->layouts[i];
        sound &= s_text(layout->type_name, "name of layout", i);
        sound &= s_text(layout->declared, "place of layout", i);
        sound &=
            s_expect((layout->best_order_count != 0) == (layout->best_size != MEMSCOPE_UNKNOWN &&
                                                         layout->best_size < layout->size),
                     "better order of layout", i);
        sound &= s_expect(layout->name_count != 0, "names of layout", i);
    }
    for (size_t i = 0; i < report->variable_count; i++) {
        const struct memscope_variable *variable = &report->variables[i];
        sound &= s_text(variable->var_name, "name of variable", i);
        sound &= s_text(variable->location, "location of variable", i);
        sound &= s_expect(variable->peak_bytes >= variable->live_bytes, "peak of variable", i);
    }
    for (size_t i = 0; i < report->leak_count; i++) {
        const struct memscope_leak *leak = &report->leaks[i];
        sound &= s_text(leak->function, "function of leak", i);
        /* An estimate is 0 where the counters of the site say that nothing is live. */
        sound &= s_expect(leak->count != 0 || !report->sampling.exact, "count of leak", i);
        sound &= s_expect(
            i == 0 || s_leak_rank(&leak[-1]) < s_leak_rank(leak) ||
                (s_leak_rank(&leak[-1]) == s_leak_rank(leak) && leak[-1].bytes >= leak->bytes),
            "order of leak", i);
        sound &= s_expect(s_has_stack(report, leak->stack_id), "stack of leak", i);
    }
    for (size_t i = 0; i < report->problem_count; i++) {
        const struct memscope_problem *problem = &report->problems[i];
        sound &= s_text(problem->made_location, "place of problem", i);
        sound &= s_text(problem->freed_location, "other place of problem", i);
        sound &= s_expect(problem->count != 0, "count of problem", i);
        sound &= s_expect(i == 0 || problem[-1].count >= problem->count, "order of problem", i);
        sound &= s_expect(s_has_stack(report, problem->stack_id), "stack of problem", i);
    }
    return sound;
}

/* What is live with a stack is what the stacks say. */
static bool s_live_is_sound(const struct memscope_report *report) {
    bool sound = true;
    uint64_t count = 0, bytes = 0;
    for (size_t i = 0; i < report->live_count; i++) {
        const struct memscope_live_blocks *live = &report->live[i];
        sound &= s_text(live->var_name, "variable of live blocks", i);
        sound &= s_text(live->type_name, "type of live blocks", i);
        sound &= s_expect(i == 0 || live[-1].bytes >= live->bytes, "order of live blocks", i);
        sound &= s_expect(s_has_stack(report, live->stack_id), "stack of live blocks", i);
        count += live->stack_id != MEMSCOPE_NO_ID ? live->count : 0;
        bytes += live->stack_id != MEMSCOPE_NO_ID ? live->bytes : 0;
    }
    for (size_t i = 0; i < report->stack_count; i++) {
        count -= report->stacks[i].live_count;
        bytes -= report->stacks[i].live_bytes;
    }
    sound &= s_expect(count == 0 && bytes == 0, "sums of live blocks", 0);
    return sound;
}

static bool s_rest_is_sound(const struct memscope_report *report) {
    bool sound = s_text(report->process.executable, "executable", 0) &&
                 s_text(report->process.host, "host", 0);
    for (size_t i = 0; i < report->process.command_count; i++)
        sound &= s_text(report->process.command[i], "argument", i);
    for (size_t i = 0; i < report->thread_count; i++)
        sound &= s_text(report->threads[i].name, "name of thread", i);
    for (size_t i = 0; i < report->stack_count; i++)
        for (size_t n = 0; n < report->stacks[i].frame_count; n++)
            sound &= s_text(report->stacks[i].frames[n].module, "module of stack", i);
    for (size_t i = 0; i < report->mark_count; i++)
        sound &= s_text(report->marks[i].name, "name of mark", i);
    for (size_t i = 0; i < report->phase_count; i++) {
        sound &= s_text(report->phases[i].name, "name of phase", i);
        sound &=
            s_expect(report->phases[i].end_ns >= report->phases[i].start_ns, "end of phase", i);
    }
    for (size_t i = 0; i < report->note_count; i++)
        sound &= s_text(report->notes[i], "note", i);
    for (size_t i = 0; i < report->event_count; i++) {
        const struct memscope_event *event = &report->events[i];
        sound &= s_expect(event->kind != NULL, "kind of event", i);
        sound &= s_expect(i == 0 || event[-1].timestamp <= event->timestamp, "order of event", i);
        sound &= s_expect(s_has_stack(report, event->stack_id), "stack of event", i);
    }
    const struct memscope_timeline *timeline = &report->timeline;
    for (size_t i = 1; i < timeline->count; i++)
        sound &= s_expect(timeline->timestamps[i - 1] < timeline->timestamps[i], "tick", i);
    for (size_t i = 0; i < timeline->by_type_count; i++)
        sound &= s_text(timeline->by_type[i].type_name, "name of series", i);
    for (size_t i = 1; i < timeline->by_site_count; i++)
        sound &= s_expect(timeline->by_site[i - 1].site_id != timeline->by_site[i].site_id,
                          "site of series", i);
    return sound;
}

/* What the stacks of a site have made is not more than what the site has, where that is counted. */
static bool s_stacks_are_sound(const struct memscope_report *report) {
    bool sound = true;
    for (size_t n = 0; report->sampling.exact && n < report->site_count; n++) {
        const struct memscope_site_report *site = &report->sites[n];
        uint64_t count = 0, bytes = 0, temporary = 0, at_peak = 0;
        for (size_t i = 0; i < report->stack_count; i++) {
            const struct memscope_stack *stack = &report->stacks[i];
            if (stack->site_id != site->id || stack->total_bytes == MEMSCOPE_UNKNOWN)
                continue;
            count += stack->total_allocations;
            bytes += stack->total_bytes;
            temporary += stack->temporary_allocations;
            at_peak += stack->bytes_at_peak != MEMSCOPE_UNKNOWN ? stack->bytes_at_peak : 0;
        }
        sound &= s_expect(count <= site->total_allocations, "allocations by stack of site", n);
        sound &= s_expect(bytes <= site->total_bytes, "bytes by stack of site", n);
        sound &=
            s_expect(temporary <= site->temporary_allocations, "temporary by stack of site", n);
        sound &= s_expect(at_peak <= site->bytes_at_peak, "peak by stack of site", n);
    }
    return sound;
}

bool report_is_sound(const struct memscope_report *report) {
    bool sound = s_sites_are_sound(report);
    sound &= s_groups_are_sound(report);
    sound &= s_live_is_sound(report);
    sound &= s_rest_is_sound(report);
    sound &= s_stacks_are_sound(report);
    return sound;
}
