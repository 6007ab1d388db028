/* SPDX-License-Identifier: MIT */
/*
 * The report: what a reader gets from a journal. The fields and their nesting are those of the JSON
 * and msgpack exports (schema "memscope-report", version 1); an exporter writes them in the order
 * they have here, under the names they have here.
 *
 * Units: bytes, nanoseconds since the start of the process (start_time: since the epoch), percent
 * 0..100. Not known is never a guess: MEMSCOPE_UNKNOWN in an integer, NaN in a double, NULL in a
 * string; exporters write null. Every string is valid UTF-8. Everything a report points to belongs
 * to the report, does not change once it is built, and may be read from any thread.
 */
#ifndef MEMSCOPE_REPORT_H
#define MEMSCOPE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memscope/report_rows.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MEMSCOPE_REPORT_SCHEMA  "memscope-report"
#define MEMSCOPE_REPORT_VERSION 1

/* How the process ended. X(NAME, "spelling in reports") */
#define MEMSCOPE_EXITS(X)                                                                          \
    X(EXITED, "exited")                                                                            \
    X(SIGNALLED, "signalled")                                                                      \
    X(KILLED, "killed") /* it is gone and nobody wrote down how */                                 \
    X(RUNNING, "running")

enum memscope_exit {
#define X(name, spelling) MEMSCOPE_EXIT_##name,
    MEMSCOPE_EXITS(X)
#undef X
};

struct memscope_process {
    uint64_t pid;
    uint64_t ppid;
    const char *executable;
    const char *const *command;
    size_t command_count;
    const char *host;
    uint64_t start_time;
    uint64_t duration_ns;
    enum memscope_exit exit;
    uint64_t
        exit_code; /* status, or signal number when signalled; unknown when killed or running */
};

struct memscope_sampling {
    const char *preset;
    double sample_rate;
    uint64_t sample_bytes;
    uint64_t rate_changes; /* how often these were changed while it ran; they are the last ones */
    uint64_t seed;
    bool exact; /* every block was recorded and nothing was dropped */
    const char
        *heap_bytes; /* what the live bytes of the process are (summary, timeline): "requested":
                        the exact sum of what the program asked for; "usable": the exact sum
                        of what the allocator set aside for that, where blocks are sampled;
                        "estimated" from samples, where recording was also off for a while */
};

struct memscope_summary {
    uint64_t total_allocations;
    uint64_t total_deallocations;
    uint64_t active_allocations;
    uint64_t peak_memory_bytes;
    uint64_t peak_known_bytes; /* live bytes when what made up the peak was kept (bytes_at_peak):
                                  less than 1 % or 4 KiB under it; unknown: it was not kept */
    uint64_t peak_known_ns;    /* when that was */
    uint64_t current_memory_bytes;
    double allocation_rate_per_sec;
    double deallocation_rate_per_sec;
    uint64_t total_bytes;
    double typed_bytes_percent; /* share of total_bytes in blocks whose C type is known */
    uint64_t dropped_events;
    uint64_t torn_blocks; /* whose record was cut off by the end of the process, at most one a
                             thread; unknown while it runs */
    uint64_t padding_waste_bytes; /* sum over types */
    uint64_t stack_peak_bytes; /* annotated objects on the stacks of all threads; unknown: there are
                                  none. The largest sum of the peaks of threads that ran together */
    uint64_t static_bytes;     /* of the listed static objects; unknown: none are listed */
    /* Blocks that allocators of the program's own have handed out of other blocks or of memory that
     * is none of malloc's. No other number of the summary has them. */
    uint64_t pooled_allocations;
    uint64_t pooled_bytes;         /* live */
    uint64_t pooled_outside_bytes; /* of these, in memory that is none of malloc's */
    uint64_t missing_events;       /* that were to be written down and are not in the journal: newer
                                      ones have taken their place, or there was no room. Unknown:
                                      none are written down */
    uint64_t temporary_allocations; /* blocks freed before their thread's next allocation */
    uint64_t moved_bytes; /* that realloc has moved to another address; of mapped blocks it moves
                             pages and copies nothing */
    uint64_t freed_elsewhere; /* blocks freed by another thread than the one that made them */
    uint64_t slack_bytes; /* what glibc's malloc rounds live blocks up by, at least; unknown with
                             another allocator and where blocks are sampled */
};

struct memscope_site_report {
    uint32_t id;
    const char *kind;     /* spelling of enum memscope_site_kind */
    const char *evidence; /* spelling of enum memscope_evidence */
    const char *var_name;
    const char *type_name;
    const char *label;
    const char *file;
    uint64_t line;
    uint64_t column;
    const char *function;
    uint64_t total_allocations;
    uint64_t total_bytes;
    uint64_t live_allocations;
    uint64_t live_bytes;
    uint64_t peak_bytes; /* exact where one thread at a time allocates there, else the sum of each
                            thread's */
    uint64_t bytes_at_peak; /* its share of summary.peak_known_bytes */
    uint64_t temporary_allocations;
    uint64_t moved_bytes; /* as in struct memscope_summary */
    uint64_t slack_bytes;
    uint64_t left_by_jump; /* objects on the stack that longjmp or an exception has left */
    /* What its blocks are made up of: the type itself (n * sizeof (T)) or what a flexible array
     * holds. NULL, unknown: how many there are is not known. */
    const char *element_name;
    uint64_t total_elements;
    uint64_t live_elements;
    bool pooled; /* the blocks lie in other blocks, or in memory that is none of malloc's */
    double error_percent; /* the 95 % interval of live_bytes is this much to either side; 0: exact;
                             not known where it is estimated and no sample is live */
};

struct memscope_member {
    const char *name; /* "" for an anonymous struct or union, and for a base class */
    const char *type_name;
    uint64_t offset;
    uint64_t size;
    uint64_t hole_after; /* bytes of padding between this member and the next one, or the end */
    const char *kind;    /* "member", "bit_field"; "flexible_array": as large as there is room for;
                            "base": a base class; "vtable": the pointer that virtual functions need */
    uint64_t alignment;
    uint64_t bit_offset; /* of a bit-field, from the start of the struct; else unknown */
    uint64_t bit_size;
    bool crosses_line; /* it fits a cache line, but lies in two where the object begins one */
    unsigned traits;   /* not exported: MEMSCOPE_MEMBER_* */
};

/* Whether members may lie in the padding at the end of a base class is for the compiler to say. */
#define MEMSCOPE_MEMBER_STRUCT 1u /* a struct, class or union */
#define MEMSCOPE_MEMBER_EMPTY  2u /* a class without members: as a base it takes no room */
#define MEMSCOPE_MEMBER_PADDED 4u /* it ends with padding */

#define MEMSCOPE_CACHE_LINE_BYTES 64u

struct memscope_type_report {
    const char *type_name; /* NULL: blocks whose type is not known */
    uint64_t size;
    uint64_t alignment;
    uint64_t live_count;   /* blocks */
    uint64_t live_bytes;   /* without what lies in the blocks and is shown as what it is */
    uint64_t pooled_bytes; /* of these, in pooled blocks */
    uint64_t total_count;
    uint64_t total_bytes;
    uint64_t peak_bytes;
    uint64_t bytes_at_peak;       /* its share of summary.peak_known_bytes */
    uint64_t padding_bytes;       /* in one object */
    uint64_t padding_waste_bytes; /* padding_bytes x objects at the peak of the type */
    const struct memscope_member *members;
    size_t member_count;
    double error_percent; /* of the live numbers, as in struct memscope_site_report */
    /* Objects of the type in the blocks: elements where they are known or blocks divide evenly,
     * else one a block. */
    uint64_t live_objects;
    uint64_t total_objects;
    uint64_t peak_objects;   /* in peak_bytes, where objects are of the average size of all */
    const char *struct_name; /* what a typedef stands for: "struct node"; NULL: it has no name, or
                                is no struct */
    const char *declared;    /* "file:line" of the struct */
    uint64_t average_bytes;  /* of a block */
    uint64_t average_lifetime_ns; /* of a byte, so far: from the samples of the timeline. Unknown
                                     where these hardly saw the type, or may have missed much */
    uint64_t temporary_count;     /* blocks freed before their thread's next allocation */
    uint64_t moved_bytes;         /* that realloc has moved to another address */
    uint64_t slack_bytes;         /* see struct memscope_summary */
    bool is_struct;               /* not exported: members could be moved */
};

/* One step to a better order of members. */
struct memscope_move {
    const char *member;
    const char *behind; /* NULL: to the front */
};

/* A struct, class or union that heap blocks are made of, and what its padding wastes. Types that
 * are other names of it are in it. */
struct memscope_layout {
    const char *type_name;    /* "struct node"; of one without a name that of its typedef */
    const char *const *names; /* the spellings that blocks have had */
    size_t name_count;
    const char *declared; /* "file:line" */
    uint64_t size;
    uint64_t alignment;
    uint64_t live_objects;
    uint64_t peak_objects;
    uint64_t padding_bytes; /* in one object: all holes, and the one at the end: */
    uint64_t tail_padding_bytes;
    uint64_t wasted_bytes;         /* padding_bytes x live_objects */
    uint64_t wasted_at_peak_bytes; /* padding_bytes x peak_objects */
    uint64_t cache_lines;          /* that an object takes where it begins one */
    uint64_t crossing_members;     /* members that fit a cache line and lie in two */
    const struct memscope_member *members;
    size_t member_count;
    /* The order of members that wastes least: the size of an object in it, what that would save of
     * all objects, and the members in it, unnamed ones by their types. */
    uint64_t best_size;           /* `size`: there is no better order; unknown: see not_reordered */
    uint64_t saved_bytes;         /* of live objects */
    uint64_t saved_at_peak_bytes; /* of those at the peak */
    uint64_t saved_malloc_bytes;  /* what glibc's malloc would have needed less at the peak, as it
                                     rounds blocks up; unknown where objects are not a block each,
                                     or with another allocator */
    const char *const *best_order; /* none where there is no better one */
    size_t best_order_count;
    const struct memscope_move *moves; /* that lead there; none where they would be many */
    size_t move_count;
    const char *not_reordered; /* why no order is proposed for one with padding */
};

struct memscope_point {
    uint64_t timestamp;
    uint64_t live_bytes;
};

/* An annotated variable or member: the blocks made for it and the blocks it owns. One that is no
 * pointer (kind "object" or "static"): its own memory, on the stack or static. */
struct memscope_variable {
    const char *kind; /* spelling of enum memscope_site_kind */
    const char *var_name;
    const char *type_name;
    const char *location;
    uint64_t live_bytes;
    uint64_t peak_bytes;
    uint64_t total_bytes; /* of blocks made for it. Unknown, as the next, where it has only taken
                             over blocks: those are not counted */
    uint64_t total_allocations;
    const struct memscope_point *history;
    size_t history_count;
    double error_percent; /* of the live numbers, as in struct memscope_site_report */
    uint64_t live_count;
    uint64_t average_bytes;       /* of a block made for it */
    uint64_t average_lifetime_ns; /* of a byte made for it, as in struct memscope_type_report */
};

/* Live blocks that were made at one site by one thread with one stack, and that one variable holds.
 */
struct memscope_live_blocks {
    uint32_t site_id;     /* of sites[] */
    const char *var_name; /* that holds them or held them last; else that of the site */
    const char *type_name;
    uint32_t stack_id;
    uint64_t tid; /* of threads[]; not told of the smallest of very many, nor of merged reports */
    uint64_t count;
    uint64_t bytes; /* without what lies in the blocks and is shown as what it is */
    double error_percent;
};

/* Where an annotated variable stopped holding a block that nothing has freed: it was overwritten
 * there, or went out of scope. */
struct memscope_last_seen {
    const char *var_name;
    const char *location;
    const char *function;
};

/* Whether the program can still get at a block that it has not freed, as a search through its
 * memory has found it. X(NAME, "spelling in reports"), the surest leaks first */
#define MEMSCOPE_REACHABILITIES(X)                                                                 \
    X(UNREACHABLE, "unreachable") /* no pointer to it, or into it, is left */                      \
    X(INDIRECT, "indirect")       /* only blocks that are lost themselves point to it */           \
    X(REACHABLE, "reachable")

enum memscope_reachability {
#define X(name, spelling) MEMSCOPE_REACHABILITY_##name,
    MEMSCOPE_REACHABILITIES(X)
#undef X
};

/* Whether a leak is none: the program could still get at the blocks. */
static inline bool memscope_is_reachable(const char *reachability) {
    return reachability != NULL && reachability[0] == 'r';
}

/* Blocks that were live when the process had ended; of one that runs, those that a search asked for
 * has found (`memscope leaks --scan`). By site, owner, loss, reachability and stack.
 */
struct memscope_leak {
    const char *var_name;
    const char *type_name;
    const char *location;
    const char *function;
    uint64_t count;
    uint64_t bytes;
    uint64_t first_seen_ns;
    uint32_t stack_id;
    const struct memscope_last_seen *last_seen; /* NULL: an annotated variable held them to the end,
                                                   or none ever did */
    const char *reachability;                   /* spelling of the above; NULL: nobody has looked */
    double error_percent;                       /* of `bytes` */
};

/* A place whose live bytes have grown all the time: what it kept at least in each part of the time
 * was more than in the part before. */
struct memscope_growing {
    uint32_t site_id; /* of sites[] */
    const char *var_name;
    const char *type_name;
    const char *location;
    const char *function;
    const char *by;       /* "time": the parts are eighths; "marks": from mark to mark */
    uint64_t start_ns;    /* when the first part began, */
    uint64_t end_ns;      /* and the last one ended */
    uint64_t start_bytes; /* what it kept at least in the first part, */
    uint64_t end_bytes;   /* and in the last one */
};

/* What the program should not have done with a block: all cases of a kind with the same places. */
struct memscope_problem {
    const char *kind; /* "double_free", "realloc_of_freed", "foreign_free", "wrong_deallocator" */
    uint64_t count;
    const char *var_name; /* of the block, as far as known; so are the next four */
    const char *type_name;
    const char *made_location;
    const char *made_function;
    const char *deallocator;    /* what frees it: "pool_free" */
    const char *freed_location; /* where it was given back wrongly */
    const char *freed_function;
    const char *freed_by; /* the deallocator that was called: "free", "realloc", "pool_free" */
    uint64_t first_seen_ns;
    uint32_t stack_id; /* of the first case */
};

/* How much a finding matters. X(NAME, "spelling in reports") */
#define MEMSCOPE_SEVERITIES(X)                                                                     \
    X(ERROR, "error")                                                                              \
    X(WARNING, "warning")                                                                          \
    X(NOTE, "note")

enum memscope_severity {
#define X(name, spelling) MEMSCOPE_SEVERITY_##name,
    MEMSCOPE_SEVERITIES(X)
#undef X
};

/* What an analyzer of the user's own (extension.h) has said. */
struct memscope_finding {
    const char *name;     /* of the analyzer */
    const char *severity; /* spelling of enum memscope_severity */
    const char *text;
    const char *location; /* "file:line"; NULL: it said none */
};

struct memscope_bucket {
    uint64_t from; /* inclusive */
    uint64_t to;   /* exclusive */
    uint64_t count;
};

struct memscope_mark_report {
    uint64_t timestamp;
    const char *name;
};

/* What a thread did between memscope_phase_begin and memscope_phase_end, inner phases included. */
struct memscope_phase {
    const char *name;
    uint64_t tid;
    uint64_t depth; /* how many phases of the thread there are around it */
    uint64_t start_ns;
    uint64_t end_ns; /* unknown: the process ended in it, or runs. Else the end of the thread is
                        that of its open phases */
    uint64_t total_allocations; /* of the thread in it, so far where it is open; so are the bytes */
    uint64_t total_bytes;
    uint64_t heap_live_bytes_at_start; /* of the process */
    uint64_t heap_live_bytes_at_end;   /* unknown where no memscope_phase_end has ended it */
};

struct memscope_type_series {
    const char *type_name;
    const uint64_t
        *live_bytes; /* one for each timestamp; unknown where it was too small to be kept */
};

/* The same of a site that had most at some moment. */
struct memscope_site_series {
    uint32_t site_id;
    const uint64_t *live_bytes;
};

struct memscope_timeline {
    uint64_t interval_ns;
    size_t count; /* of timestamps, heap_live_bytes, allocations, frees and of each series */
    const uint64_t *timestamps;
    const uint64_t *heap_live_bytes;
    const uint64_t *allocations; /* since the start */
    const uint64_t *frees;
    const struct memscope_type_series *by_type;
    size_t by_type_count;
    const struct memscope_site_series *by_site; /* largest maximum first */
    size_t by_site_count;
};

struct memscope_frame {
    const char *function;
    const char *file;
    uint64_t line;
    uint64_t column;    /* counted from 1 */
    bool inlined;       /* into the frame behind it */
    const char *module; /* path */
    uint64_t address;   /* in the module's file */
};

struct memscope_stack {
    uint32_t id;
    const struct memscope_frame *frames; /* innermost first */
    size_t frame_count;
    uint64_t live_count; /* blocks with this stack that are live */
    uint64_t live_bytes;
    double error_percent; /* of the live numbers, as in struct memscope_site_report */
    /* The site that made all of its blocks: frames that several sites share are in several rows. */
    uint32_t site_id;
    uint64_t total_allocations;
    uint64_t total_bytes;
    uint64_t temporary_allocations; /* freed before their thread's next allocation */
    uint64_t bytes_at_peak;         /* its share of summary.peak_known_bytes */
    double total_error_percent;     /* of the totals, as error_percent */
};

struct memscope_module_report {
    const char *path;
    const char *build_id; /* hex */
    uint64_t base;
};

/* One of the processes that a merged report is made of. */
struct memscope_process_report {
    uint64_t pid;
    uint64_t ppid;
    const char *executable;
    const char *host;
    uint64_t start_time; /* since the epoch */
    uint64_t duration_ns;
    enum memscope_exit exit;
    uint64_t exit_code;
    uint64_t peak_memory_bytes;
    uint64_t current_memory_bytes;
    uint64_t total_bytes;
    uint64_t total_allocations;
};

struct memscope_report {
    struct memscope_process process;
    struct memscope_sampling sampling;
    struct memscope_summary summary;
    const struct memscope_hotspot *hotspots; /* largest total_size first */
    size_t hotspot_count;
    const struct memscope_system_snapshot *system_snapshots; /* oldest first */
    size_t system_snapshot_count;
    const struct memscope_site_report *sites; /* largest total_bytes first */
    size_t site_count;
    const struct memscope_type_report
        *types; /* largest live_bytes first, then largest total_bytes */
    size_t type_count;
    const struct memscope_layout *layouts; /* largest wasted_bytes first, then at the peak */
    size_t layout_count;
    const struct memscope_variable
        *variables; /* largest live_bytes first, then largest total_bytes */
    size_t variable_count;
    const struct memscope_thread_report *threads;
    size_t thread_count;
    const struct memscope_live_blocks *live; /* largest bytes first */
    size_t live_count;
    const struct memscope_leak *leaks; /* the surest first: unreachable, indirect, not known,
                                          reachable; of each the largest bytes first */
    size_t leak_count;
    const struct memscope_growing *growing; /* what has grown most first */
    size_t growing_count;
    const struct memscope_problem *problems; /* largest count first */
    size_t problem_count;
    const struct memscope_finding *findings; /* errors first; those of one severity as said */
    size_t finding_count;
    const struct memscope_bucket *lifetimes; /* nanoseconds */
    size_t lifetime_count;
    const struct memscope_bucket *sizes; /* bytes */
    size_t size_count;
    const struct memscope_mark_report *marks;
    size_t mark_count;
    const struct memscope_phase *phases; /* in the order in which they began */
    size_t phase_count;
    struct memscope_timeline timeline;
    const struct memscope_stack *stacks; /* that something above names, or that made much */
    size_t stack_count;
    const struct memscope_module_report *modules;
    size_t module_count;
    /* Oldest first; NULL where they were not asked for (memscope export --events). */
    const struct memscope_event *events;
    size_t event_count;
    const struct memscope_process_report *processes; /* of a merged report, by start; else none */
    size_t process_count;
    const char *const *notes; /* what is missing or doubtful, one line each, for people */
    size_t note_count;
};

/* How a report gets names from addresses and layouts from type names. The report library fills one
 * in over libelf and libdwarf; a report made without one has numbers, the plugin's names and raw
 * addresses. Strings and arrays that a resolver hands out live as long as it does. */
struct memscope_type_layout {
    uint64_t size;
    uint64_t alignment;
    uint64_t padding_bytes;
    const struct memscope_member *members; /* in the order of the source */
    size_t member_count;
    const char *struct_name; /* with its tag: "struct node", also where a typedef was asked for;
                                NULL: it has none, or the type is no struct */
    const char *declared;    /* "file:line" of the struct; NULL: not known */
    bool is_struct;          /* a struct or class that is known to its last byte; not a union */
};

/* The file that a module was loaded from, and what tells it from another at the same path. */
struct memscope_module_file {
    const char *path;
    const unsigned char *build_id; /* NULL: it has none */
    size_t build_id_size;
    /* Of a file without a build id; MEMSCOPE_UNKNOWN: not known. */
    uint64_t size;
    uint64_t modified_ns; /* since the epoch */
    uint64_t inode;       /* its low 32 bits */
};

/* A return address, as find_frames takes it. */
struct memscope_address {
    uint32_t module;
    uint64_t address;
};

struct memscope_resolver {
    void *context;
    /* A module of the process; called once for each before the others. MODULE counts up from 1.
     * Returns a note for people when its names will be missing, or NULL. */
    const char *(*add_module)(void *context, uint32_t module,
                              const struct memscope_module_file *file);
    /* The frames of ADDRESS (in the module's ELF file) into FRAMES, innermost first: inlined ones
     * before the function they are in. Returns how many were written, at least 1 if capacity is; a
     * frame of which nothing is known has NULLs. Sets all fields. */
    size_t (*find_frames)(void *context, uint32_t module, uint64_t address,
                          struct memscope_frame *frames, size_t capacity);
    /* The layout of the type with that C spelling ("struct node", "node_t", "int") as the
     * compilation of the source FILE has it; where FILE is none (a header) or NULL, as the first
     * that has one. False: not known. */
    bool (*find_type)(void *context, const char *type_name, const char *file,
                      struct memscope_type_layout *layout);
    /* The C spelling of the type of the variable that the code before the return address ADDRESS
     * (in the module's ELF file) means by NAME; with POINTED_TO, of what that points to. NULL: not
     * known. May be NULL itself. */
    const char *(*find_variable_type)(void *context, uint32_t module, uint64_t address,
                                      const char *name, bool pointed_to);
    /* Told now and then how much of the report is made, 0 to 1. May be NULL. */
    void (*progress)(double done);
    /* May be NULL: COUNT addresses, each once, that find_frames will be asked for. Brings PLACES
     * into another order. */
    void (*prepare_frames)(void *context, struct memscope_address *places, size_t count);
    /* May be NULL: a note of what was noticed since add_module; NULL: no more. */
    const char *(*next_note)(void *context);
};

#ifdef __cplusplus
}
#endif

#endif
