/* SPDX-License-Identifier: MIT */
#include "export/report_shape.h"

#include "memscope/report.h"

/* The offset of a member; does not compile when the member has another type. */
#define OFFSET(type, member, wanted)                                                               \
    (offsetof(struct type, member) +                                                               \
     0 * sizeof(char[__builtin_types_compatible_p(__typeof__(((struct type *)0)->member), wanted)  \
                         ? 1                                                                       \
                         : -1]))

#define FIELD(member, kind, offset, count, shape)                                                  \
    { #member, kind, offset, count, shape }
#define PLAIN(type, member, kind, wanted) FIELD(member, kind, OFFSET(type, member, wanted), 0, NULL)
#define ARRAY(type, member, number, kind, wanted, shape)                                           \
    FIELD(member, kind, OFFSET(type, member, wanted), OFFSET(type, number, size_t), shape)

#define UINT(type, member)   PLAIN(type, member, MS_FIELD_UINT, uint64_t)
#define ID(type, member)     PLAIN(type, member, MS_FIELD_ID, uint32_t)
#define REAL(type, member)   PLAIN(type, member, MS_FIELD_REAL, double)
#define BOOL(type, member)   PLAIN(type, member, MS_FIELD_BOOL, bool)
#define STRING(type, member) PLAIN(type, member, MS_FIELD_STRING, const char *)
#define EXIT(type, member)   PLAIN(type, member, MS_FIELD_EXIT, enum memscope_exit)
#define OBJECT(type, member, inner)                                                                \
    FIELD(member, MS_FIELD_OBJECT, OFFSET(type, member, struct inner), 0, &s_##inner)
#define OPTIONAL(type, member, inner)                                                              \
    FIELD(member, MS_FIELD_OPTIONAL, OFFSET(type, member, const struct inner *), 0, &s_##inner)
#define OBJECTS(type, member, number, inner)                                                       \
    ARRAY(type, member, number, MS_FIELD_OBJECTS, const struct inner *, &s_##inner)
#define UINTS(type, member, number)                                                                \
    ARRAY(type, member, number, MS_FIELD_UINTS, const uint64_t *, NULL)
#define STRINGS(type, member, number)                                                              \
    ARRAY(type, member, number, MS_FIELD_STRINGS, const char *const *, NULL)

/* SHAPE(struct, fields...): s_<struct> over s_<struct>_fields. */
#define SHAPE(type, ...)                                                                           \
    static const struct ms_field s_##type##_fields[] = {__VA_ARGS__};                              \
    static const struct ms_shape s_##type = {                                                      \
        sizeof(struct type),                                                                       \
        sizeof(s_##type##_fields) / sizeof(s_##type##_fields[0]),                                  \
        s_##type##_fields,                                                                         \
    }

/* One field a line. */
/* clang-format off */
SHAPE(memscope_process,
    UINT(memscope_process, pid),
    UINT(memscope_process, ppid),
    STRING(memscope_process, executable),
    STRINGS(memscope_process, command, command_count),
    STRING(memscope_process, host),
    UINT(memscope_process, start_time),
    UINT(memscope_process, duration_ns),
    EXIT(memscope_process, exit),
    UINT(memscope_process, exit_code));

SHAPE(memscope_sampling,
    STRING(memscope_sampling, preset),
    REAL(memscope_sampling, sample_rate),
    UINT(memscope_sampling, sample_bytes),
    UINT(memscope_sampling, rate_changes),
    UINT(memscope_sampling, seed),
    BOOL(memscope_sampling, exact),
    STRING(memscope_sampling, heap_bytes));

SHAPE(memscope_summary,
    UINT(memscope_summary, total_allocations),
    UINT(memscope_summary, total_deallocations),
    UINT(memscope_summary, active_allocations),
    UINT(memscope_summary, peak_memory_bytes),
    UINT(memscope_summary, peak_known_bytes),
    UINT(memscope_summary, peak_known_ns),
    UINT(memscope_summary, current_memory_bytes),
    REAL(memscope_summary, allocation_rate_per_sec),
    REAL(memscope_summary, deallocation_rate_per_sec),
    UINT(memscope_summary, total_bytes),
    REAL(memscope_summary, typed_bytes_percent),
    UINT(memscope_summary, dropped_events),
    UINT(memscope_summary, torn_blocks),
    UINT(memscope_summary, padding_waste_bytes),
    UINT(memscope_summary, stack_peak_bytes),
    UINT(memscope_summary, static_bytes),
    UINT(memscope_summary, pooled_allocations),
    UINT(memscope_summary, pooled_bytes),
    UINT(memscope_summary, pooled_outside_bytes),
    UINT(memscope_summary, missing_events),

    UINT(memscope_summary, temporary_allocations),
    UINT(memscope_summary, moved_bytes),
    UINT(memscope_summary, freed_elsewhere),
    UINT(memscope_summary, slack_bytes));

SHAPE(memscope_hotspot,
    STRING(memscope_hotspot, var_name),
    STRING(memscope_hotspot, type_name),
    UINT(memscope_hotspot, total_size),
    UINT(memscope_hotspot, allocation_count),
    STRING(memscope_hotspot, location),
    STRING(memscope_hotspot, function),
    UINT(memscope_hotspot, live_size),
    UINT(memscope_hotspot, live_count),
    ID(memscope_hotspot, stack_id),
    UINT(memscope_hotspot, temporary_count),
    UINT(memscope_hotspot, moved_bytes));

SHAPE(memscope_gpu,
    REAL(memscope_gpu, usage_percent),
    UINT(memscope_gpu, memory_used),
    UINT(memscope_gpu, memory_total));

SHAPE(memscope_system_snapshot,
    UINT(memscope_system_snapshot, timestamp),
    REAL(memscope_system_snapshot, cpu_usage_percent),
    UINT(memscope_system_snapshot, memory_usage_bytes),
    REAL(memscope_system_snapshot, memory_usage_percent),
    UINT(memscope_system_snapshot, thread_count),
    UINT(memscope_system_snapshot, disk_read_bps),
    UINT(memscope_system_snapshot, disk_write_bps),
    UINT(memscope_system_snapshot, network_rx_bps),
    UINT(memscope_system_snapshot, network_tx_bps),
    REAL(memscope_system_snapshot, gpu_usage_percent),
    UINT(memscope_system_snapshot, gpu_memory_used),
    UINT(memscope_system_snapshot, gpu_memory_total),
    REAL(memscope_system_snapshot, process_cpu_percent),
    UINT(memscope_system_snapshot, process_rss_bytes),
    UINT(memscope_system_snapshot, heap_live_bytes),
    UINT(memscope_system_snapshot, process_minor_faults),
    UINT(memscope_system_snapshot, process_major_faults),
    UINT(memscope_system_snapshot, process_read_bytes),
    UINT(memscope_system_snapshot, process_write_bytes),
    UINT(memscope_system_snapshot, process_fds),
    UINT(memscope_system_snapshot, process_pss_bytes),
    UINT(memscope_system_snapshot, process_gpu_bytes),
    OBJECTS(memscope_system_snapshot, gpus, gpu_count, memscope_gpu));

SHAPE(memscope_site_report,
    ID(memscope_site_report, id),
    STRING(memscope_site_report, kind),
    STRING(memscope_site_report, evidence),
    STRING(memscope_site_report, var_name),
    STRING(memscope_site_report, type_name),
    STRING(memscope_site_report, label),
    STRING(memscope_site_report, file),
    UINT(memscope_site_report, line),
    UINT(memscope_site_report, column),
    STRING(memscope_site_report, function),
    UINT(memscope_site_report, total_allocations),
    UINT(memscope_site_report, total_bytes),
    UINT(memscope_site_report, live_allocations),
    UINT(memscope_site_report, live_bytes),
    UINT(memscope_site_report, peak_bytes),
    UINT(memscope_site_report, bytes_at_peak),
    UINT(memscope_site_report, temporary_allocations),
    UINT(memscope_site_report, moved_bytes),
    UINT(memscope_site_report, slack_bytes),
    UINT(memscope_site_report, left_by_jump),
    STRING(memscope_site_report, element_name),
    UINT(memscope_site_report, total_elements),
    UINT(memscope_site_report, live_elements),
    BOOL(memscope_site_report, pooled),
    REAL(memscope_site_report, error_percent));

SHAPE(memscope_member,
    STRING(memscope_member, name),
    STRING(memscope_member, type_name),
    UINT(memscope_member, offset),
    UINT(memscope_member, size),
    UINT(memscope_member, hole_after),
    STRING(memscope_member, kind),
    UINT(memscope_member, alignment),
    UINT(memscope_member, bit_offset),
    UINT(memscope_member, bit_size),
    BOOL(memscope_member, crosses_line));

SHAPE(memscope_type_report,
    STRING(memscope_type_report, type_name),
    UINT(memscope_type_report, size),
    UINT(memscope_type_report, alignment),
    UINT(memscope_type_report, live_count),
    UINT(memscope_type_report, live_bytes),
    UINT(memscope_type_report, pooled_bytes),
    UINT(memscope_type_report, total_count),
    UINT(memscope_type_report, total_bytes),
    UINT(memscope_type_report, peak_bytes),
    UINT(memscope_type_report, bytes_at_peak),
    UINT(memscope_type_report, padding_bytes),
    UINT(memscope_type_report, padding_waste_bytes),
    OBJECTS(memscope_type_report, members, member_count, memscope_member),
    REAL(memscope_type_report, error_percent),
    UINT(memscope_type_report, live_objects),
    UINT(memscope_type_report, total_objects),
    UINT(memscope_type_report, peak_objects),
    STRING(memscope_type_report, struct_name),
    STRING(memscope_type_report, declared),
    UINT(memscope_type_report, average_bytes),
    UINT(memscope_type_report, average_lifetime_ns),
    UINT(memscope_type_report, temporary_count),
    UINT(memscope_type_report, moved_bytes),
    UINT(memscope_type_report, slack_bytes));

SHAPE(memscope_move,
    STRING(memscope_move, member),
    STRING(memscope_move, behind));

SHAPE(memscope_layout,
    STRING(memscope_layout, type_name),
    STRINGS(memscope_layout, names, name_count),
    STRING(memscope_layout, declared),
    UINT(memscope_layout, size),
    UINT(memscope_layout, alignment),
    UINT(memscope_layout, live_objects),
    UINT(memscope_layout, peak_objects),
    UINT(memscope_layout, padding_bytes),
    UINT(memscope_layout, tail_padding_bytes),
    UINT(memscope_layout, wasted_bytes),
    UINT(memscope_layout, wasted_at_peak_bytes),
    UINT(memscope_layout, cache_lines),
    UINT(memscope_layout, crossing_members),
    OBJECTS(memscope_layout, members, member_count, memscope_member),
    UINT(memscope_layout, best_size),
    UINT(memscope_layout, saved_bytes),
    UINT(memscope_layout, saved_at_peak_bytes),
    UINT(memscope_layout, saved_malloc_bytes),
    STRINGS(memscope_layout, best_order, best_order_count),
    OBJECTS(memscope_layout, moves, move_count, memscope_move),
    STRING(memscope_layout, not_reordered));

SHAPE(memscope_point,
    UINT(memscope_point, timestamp),
    UINT(memscope_point, live_bytes));

SHAPE(memscope_variable,
    STRING(memscope_variable, kind),
    STRING(memscope_variable, var_name),
    STRING(memscope_variable, type_name),
    STRING(memscope_variable, location),
    UINT(memscope_variable, live_bytes),
    UINT(memscope_variable, peak_bytes),
    UINT(memscope_variable, total_bytes),
    UINT(memscope_variable, total_allocations),
    OBJECTS(memscope_variable, history, history_count, memscope_point),
    REAL(memscope_variable, error_percent),
    UINT(memscope_variable, live_count),
    UINT(memscope_variable, average_bytes),
    UINT(memscope_variable, average_lifetime_ns));

SHAPE(memscope_thread_report,
    UINT(memscope_thread_report, tid),
    STRING(memscope_thread_report, name),
    UINT(memscope_thread_report, total_allocations),
    UINT(memscope_thread_report, total_bytes),
    UINT(memscope_thread_report, live_bytes),
    UINT(memscope_thread_report, peak_bytes),
    UINT(memscope_thread_report, freed_elsewhere),
    UINT(memscope_thread_report, stack_peak_bytes),
    REAL(memscope_thread_report, error_percent));

SHAPE(memscope_live_blocks,
    ID(memscope_live_blocks, site_id),
    STRING(memscope_live_blocks, var_name),
    STRING(memscope_live_blocks, type_name),
    ID(memscope_live_blocks, stack_id),
    UINT(memscope_live_blocks, tid),
    UINT(memscope_live_blocks, count),
    UINT(memscope_live_blocks, bytes),
    REAL(memscope_live_blocks, error_percent));

SHAPE(memscope_last_seen,
    STRING(memscope_last_seen, var_name),
    STRING(memscope_last_seen, location),
    STRING(memscope_last_seen, function));

SHAPE(memscope_leak,
    STRING(memscope_leak, var_name),
    STRING(memscope_leak, type_name),
    STRING(memscope_leak, location),
    STRING(memscope_leak, function),
    UINT(memscope_leak, count),
    UINT(memscope_leak, bytes),
    UINT(memscope_leak, first_seen_ns),
    ID(memscope_leak, stack_id),
    OPTIONAL(memscope_leak, last_seen, memscope_last_seen),
    STRING(memscope_leak, reachability),
    REAL(memscope_leak, error_percent));

SHAPE(memscope_growing,
    ID(memscope_growing, site_id),
    STRING(memscope_growing, var_name),
    STRING(memscope_growing, type_name),
    STRING(memscope_growing, location),
    STRING(memscope_growing, function),
    STRING(memscope_growing, by),
    UINT(memscope_growing, start_ns),
    UINT(memscope_growing, end_ns),
    UINT(memscope_growing, start_bytes),
    UINT(memscope_growing, end_bytes));

SHAPE(memscope_problem,
    STRING(memscope_problem, kind),
    UINT(memscope_problem, count),
    STRING(memscope_problem, var_name),
    STRING(memscope_problem, type_name),
    STRING(memscope_problem, made_location),
    STRING(memscope_problem, made_function),
    STRING(memscope_problem, deallocator),
    STRING(memscope_problem, freed_location),
    STRING(memscope_problem, freed_function),
    STRING(memscope_problem, freed_by),
    UINT(memscope_problem, first_seen_ns),
    ID(memscope_problem, stack_id));

SHAPE(memscope_finding,
    STRING(memscope_finding, name),
    STRING(memscope_finding, severity),
    STRING(memscope_finding, text),
    STRING(memscope_finding, location));

SHAPE(memscope_bucket,
    UINT(memscope_bucket, from),
    UINT(memscope_bucket, to),
    UINT(memscope_bucket, count));

SHAPE(memscope_mark_report,
    UINT(memscope_mark_report, timestamp),
    STRING(memscope_mark_report, name));

SHAPE(memscope_phase,
    STRING(memscope_phase, name),
    UINT(memscope_phase, tid),
    UINT(memscope_phase, depth),
    UINT(memscope_phase, start_ns),
    UINT(memscope_phase, end_ns),
    UINT(memscope_phase, total_allocations),
    UINT(memscope_phase, total_bytes),
    UINT(memscope_phase, heap_live_bytes_at_start),
    UINT(memscope_phase, heap_live_bytes_at_end));

SHAPE(memscope_type_series,
    STRING(memscope_type_series, type_name),
    FIELD(live_bytes, MS_FIELD_UINTS_PARENT,
          OFFSET(memscope_type_series, live_bytes, const uint64_t *),
          OFFSET(memscope_timeline, count, size_t), NULL));

SHAPE(memscope_site_series,
    ID(memscope_site_series, site_id),
    FIELD(live_bytes, MS_FIELD_UINTS_PARENT,
          OFFSET(memscope_site_series, live_bytes, const uint64_t *),
          OFFSET(memscope_timeline, count, size_t), NULL));

SHAPE(memscope_timeline,
    UINT(memscope_timeline, interval_ns),
    UINTS(memscope_timeline, timestamps, count),
    UINTS(memscope_timeline, heap_live_bytes, count),
    UINTS(memscope_timeline, allocations, count),
    UINTS(memscope_timeline, frees, count),
    OBJECTS(memscope_timeline, by_type, by_type_count, memscope_type_series),
    OBJECTS(memscope_timeline, by_site, by_site_count, memscope_site_series));

SHAPE(memscope_frame,
    STRING(memscope_frame, function),
    STRING(memscope_frame, file),
    UINT(memscope_frame, line),
    UINT(memscope_frame, column),
    BOOL(memscope_frame, inlined),
    STRING(memscope_frame, module),
    UINT(memscope_frame, address));

SHAPE(memscope_stack,
    ID(memscope_stack, id),
    OBJECTS(memscope_stack, frames, frame_count, memscope_frame),
    UINT(memscope_stack, live_count),
    UINT(memscope_stack, live_bytes),
    REAL(memscope_stack, error_percent),
    ID(memscope_stack, site_id),
    UINT(memscope_stack, total_allocations),
    UINT(memscope_stack, total_bytes),
    UINT(memscope_stack, temporary_allocations),
    UINT(memscope_stack, bytes_at_peak),
    REAL(memscope_stack, total_error_percent));

SHAPE(memscope_module_report,
    STRING(memscope_module_report, path),
    STRING(memscope_module_report, build_id),
    UINT(memscope_module_report, base));

SHAPE(memscope_event,
    UINT(memscope_event, timestamp),
    STRING(memscope_event, kind),
    UINT(memscope_event, address),
    UINT(memscope_event, size),
    ID(memscope_event, site_id),
    UINT(memscope_event, thread_id),
    ID(memscope_event, stack_id),
    UINT(memscope_event, former_address));

SHAPE(memscope_process_report,
    UINT(memscope_process_report, pid),
    UINT(memscope_process_report, ppid),
    STRING(memscope_process_report, executable),
    STRING(memscope_process_report, host),
    UINT(memscope_process_report, start_time),
    UINT(memscope_process_report, duration_ns),
    EXIT(memscope_process_report, exit),
    UINT(memscope_process_report, exit_code),
    UINT(memscope_process_report, peak_memory_bytes),
    UINT(memscope_process_report, current_memory_bytes),
    UINT(memscope_process_report, total_bytes),
    UINT(memscope_process_report, total_allocations));

SHAPE(memscope_report,
    OBJECT(memscope_report, process, memscope_process),
    OBJECT(memscope_report, sampling, memscope_sampling),
    OBJECT(memscope_report, summary, memscope_summary),
    OBJECTS(memscope_report, hotspots, hotspot_count, memscope_hotspot),
    OBJECTS(memscope_report, system_snapshots, system_snapshot_count, memscope_system_snapshot),
    OBJECTS(memscope_report, sites, site_count, memscope_site_report),
    OBJECTS(memscope_report, types, type_count, memscope_type_report),
    OBJECTS(memscope_report, layouts, layout_count, memscope_layout),
    OBJECTS(memscope_report, variables, variable_count, memscope_variable),
    OBJECTS(memscope_report, threads, thread_count, memscope_thread_report),
    OBJECTS(memscope_report, live, live_count, memscope_live_blocks),
    OBJECTS(memscope_report, leaks, leak_count, memscope_leak),
    OBJECTS(memscope_report, growing, growing_count, memscope_growing),
    OBJECTS(memscope_report, problems, problem_count, memscope_problem),
    OBJECTS(memscope_report, findings, finding_count, memscope_finding),
    OBJECTS(memscope_report, lifetimes, lifetime_count, memscope_bucket),
    OBJECTS(memscope_report, sizes, size_count, memscope_bucket),
    OBJECTS(memscope_report, marks, mark_count, memscope_mark_report),
    OBJECTS(memscope_report, phases, phase_count, memscope_phase),
    OBJECT(memscope_report, timeline, memscope_timeline),
    ARRAY(memscope_report, stacks, stack_count, MS_FIELD_STACKS, const struct memscope_stack *,
          &s_memscope_stack),
    OBJECTS(memscope_report, modules, module_count, memscope_module_report),
    ARRAY(memscope_report, events, event_count, MS_FIELD_WANTED, const struct memscope_event *,
          &s_memscope_event),
    OBJECTS(memscope_report, processes, process_count, memscope_process_report),
    STRINGS(memscope_report, notes, note_count));
/* clang-format on */

const char *ms_exit_spelling(size_t exit) {
    static const char *const spellings[] = {
#define X(name, spelling) spelling,
        MEMSCOPE_EXITS(X)
#undef X
    };
    return exit < sizeof(spellings) / sizeof(spellings[0]) ? spellings[exit] : NULL;
}

const struct ms_shape *ms_report_shape(void) {
    return &s_memscope_report;
}
