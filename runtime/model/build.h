/* SPDX-License-Identifier: MIT */
/*
 * What the steps of making a report share. report.c calls them in the order they have here; each
 * fills its part of the report and may use what the steps before it have filled. Everything of the
 * report is in its arena; what only the steps need is malloc'ed and freed by ms_report_new.
 *
 * Internal to model/. A build belongs to one thread.
 */
#ifndef MS_MODEL_BUILD_H
#define MS_MODEL_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/status.h"
#include "journal/journal.h"
#include "memscope/abi.h"
#include "memscope/report.h"
#include "model/arena.h"
#include "model/estimate.h"
#include "model/index.h"
#include "model/names.h"

/* What the site of an object on the stack, or of a static one, says. Where it is no heap memory,
 * the sums below are 0. */
struct ms_build_object {
    bool is_shown;
    uint64_t count; /* of the objects that there have been */
    uint64_t bytes;
    uint64_t gone;
    uint64_t gone_bytes;
    uint64_t peak_bytes;
    uint64_t jumped; /* of those that are gone */
};

/* One site of the journal, by its id there: its record, and the sums over all counter shards and
 * pending blocks. */
struct ms_build_site {
    ms_name var_name;
    ms_name type_name; /* 0 for void too */
    ms_name file;
    ms_name function;
    ms_name label;
    ms_name deallocator;
    ms_name element_name; /* 0: how many elements a block has is not known */
    ms_name location;     /* "file:line", or what the resolver knows of `frame` */
    uint32_t line;
    uint32_t column;
    uint8_t kind;
    uint8_t evidence;
    uint64_t type_size;
    uint64_t element_size;
    uint64_t header_size; /* bytes in front of the first element */
    uint64_t frame;       /* a frame word, 0: none */
    uint64_t allocations;
    uint64_t alloc_bytes;
    uint64_t frees;
    uint64_t free_bytes;
    uint64_t peak_bytes; /* sum of the shards' */
    uint64_t temporary;
    uint64_t moved;
    uint64_t inside_bytes;           /* of live pooled blocks that lie in the blocks made here */
    uint64_t slack_bytes;            /* of live blocks, see model/slack.h */
    bool is_pooled;                  /* what is counted here are pooled blocks */
    struct ms_weighted made;         /* in a sampled journal: samples that it made, */
    struct ms_weighted live_samples; /* those of them that are live, */
    struct ms_estimate live;         /* and what follows from them */
    uint64_t live_count;
    uint64_t live_bytes;
    double error_percent;   /* of live_bytes */
    uint64_t bytes_at_peak; /* MEMSCOPE_UNKNOWN: not known */
    double held_variance;   /* of held_bytes, as in struct ms_estimate */
    uint64_t held_count;
    uint64_t held_bytes;      /* live blocks that the variable of this site holds, or held last */
    bool is_loss_only;        /* it takes no block: a variable stops holding one there */
    bool has_event;           /* events[] names it */
    bool lost_here;           /* a live block was last seen there */
    uint64_t top_stack_bytes; /* live bytes made here with `top_stack` */
    uint32_t top_stack;       /* id, MEMSCOPE_NO_ID: no live block with a stack */
    struct ms_build_object object;
};

/* Live blocks that were made at the same site with the same stack, have the same owner and were
 * lost at the same site, and can be reached alike. */
struct ms_build_group {
    uint32_t site;
    uint32_t owner;       /* site of the variable that holds them or held them last, 0: none */
    uint32_t lost;        /* site at which they were last seen in a variable, 0: held, or never */
    uint32_t stack;       /* id, 0: none */
    uint32_t stack_index; /* in `stacks`; not used for stack 0 */
    uint32_t reach;       /* enum ms_reach */
    uint32_t newest_part; /* of live_parts, while the blocks are walked */
    uint64_t count;
    uint64_t bytes;
    uint64_t slack_bytes;        /* see model/slack.h */
    struct ms_weighted weighted; /* in a sampled journal: what count and bytes are estimated from */
    double variance;             /* of bytes, as in struct ms_estimate */
    uint64_t first_ns;
    uint64_t inside_bytes; /* of pooled blocks in these blocks; taken off `bytes` at the end */
};

/* What one thread has made of a group. In a sampled journal the sums are over samples, and all
 * parts of a group share what is estimated of it; so they do where pooled blocks are taken off. */
struct ms_build_part {
    uint32_t group;
    uint32_t thread; /* the index of its record */
    struct ms_weighted blocks;
    double inside_bytes; /* of pooled blocks in them */
};

/* A stack of the journal: what was made with it, and what of that is live. */
struct ms_build_stack {
    uint32_t id;
    uint32_t site;
    bool is_shown; /* something else in the report names it, or it has made much */
    uint64_t live_count;
    uint64_t live_bytes;
    double variance; /* of live_bytes, as in struct ms_estimate */
    uint64_t allocations;
    uint64_t alloc_bytes;
    uint64_t temporary;
    struct ms_weighted made; /* in a sampled journal: what the three above are estimated from, */
    double temporary_samples;
    double total_variance; /* and that of alloc_bytes */
    uint64_t bytes_at_peak;
};

/* The frames of one return address: several where functions are inlined. */
struct ms_build_frames {
    const struct memscope_frame *frames;
    size_t count;
};

/* Allocations that the counters and pending blocks of a shard have and its threads do not. */
struct ms_build_surplus {
    uint64_t allocations; /* may be below 0, as two's complement */
    uint64_t bytes;
};

struct ms_build_note {
    const char *text;
    struct ms_build_note *next;
};

struct ms_build {
    const struct ms_journal *journal;
    const struct ms_journal_header *header;
    const struct memscope_resolver *resolver; /* NULL: none */
    unsigned parts;                           /* MS_REPORT_ of model.h */
    struct memscope_report *report;
    struct ms_arena *arena; /* the report's */
    struct ms_names names;
    struct ms_build_site
        *sites; /* those of the journal; behind them those made for pending blocks */
    uint32_t site_count, site_capacity;
    uint32_t journal_site_count;
    struct ms_build_group *groups;
    uint32_t group_count, group_capacity;
    struct ms_build_part *live_parts; /* `group` holds until groups are sorted */
    uint32_t part_count, part_capacity;
    struct ms_build_stack *stacks;
    uint32_t stack_count, stack_capacity;
    struct ms_index stack_index; /* id -> stacks */
    struct ms_index stack_sites; /* words and site of struct ms_stack -> id */
    bool has_stack_totals;
    struct ms_build_frames *frames; /* by the values of frame_index */
    uint32_t frame_count, frame_capacity;
    struct ms_index frame_index; /* frame word -> index in frames */
    struct ms_tick *ticks;
    size_t tick_count;
    uint64_t pooled_outside_bytes;    /* of live pooled blocks that lie in no block */
    struct ms_build_surplus *surplus; /* by shard; NULL while the process runs */
    uint32_t surplus_count;
    uint64_t damaged_blocks;     /* records that name a site, owner or stack that is not there */
    bool has_drops;              /* something was not recorded */
    bool sampled;                /* only sampled blocks have records */
    bool has_gaps;               /* nothing was recorded for a while */
    bool knows_slack;            /* slack_bytes of sites are those of the program's allocator */
    struct ms_weighted *threads; /* sampled: live samples by thread record */
    uint64_t thread_count;
    struct ms_build_note *first_note, **last_note;
    double progress_begin, progress_end; /* of the step that runs, as parts of the report */
};

/* Shares of one tick by type. */
struct ms_type_share {
    ms_name type_name;
    uint64_t live_bytes;
};

/* The steps. Each returns MS_OK or MS_NO_MEMORY. */
enum ms_status ms_build_process(struct ms_build *build);    /* process, sampling, modules, marks */
enum ms_status ms_build_stack_sums(struct ms_build *build); /* `stacks` from their counters */
enum ms_status ms_build_sites(struct ms_build *build);
enum ms_status ms_build_tracked(struct ms_build *build);      /* `sites` from their counters */
enum ms_status ms_build_surplus(struct ms_build *build);      /* `surplus` */
enum ms_status ms_build_objects(struct ms_build *build);      /* the objects of `sites` */
enum ms_status ms_build_blocks(struct ms_build *build);       /* pending blocks; groups, stacks */
enum ms_status ms_build_torn(struct ms_build *build);         /* torn_blocks */
enum ms_status ms_build_live(struct ms_build *build);         /* what is live by site and group */
enum ms_status ms_build_events(struct ms_build *build);       /* events; their stacks */
enum ms_status ms_build_peak(struct ms_build *build);         /* what made up the peak */
enum ms_status ms_build_stack_totals(struct ms_build *build); /* of `stacks`; which are shown */
enum ms_status ms_build_ticks(struct ms_build *build);        /* `ticks`, system_snapshots */
enum ms_status ms_build_hotspots(struct ms_build *build);     /* locations; sites, hotspots */
enum ms_status ms_build_growth(struct ms_build *build);       /* notes on realloc */
enum ms_status ms_build_types(struct ms_build *build);        /* types */
enum ms_status ms_build_layouts(struct ms_build *build);      /* layouts */
enum ms_status ms_build_variables(struct ms_build *build);    /* variables */
enum ms_status ms_build_live_blocks(struct ms_build *build);  /* live */
enum ms_status ms_build_leaks(struct ms_build *build);        /* leaks */
enum ms_status ms_build_problems(struct ms_build *build);     /* problems; their stacks */
enum ms_status ms_build_threads(struct ms_build *build);      /* threads, lifetimes, sizes */
enum ms_status ms_build_phases(struct ms_build *build);       /* phases */
enum ms_status ms_build_timeline(struct ms_build *build);     /* timeline */
enum ms_status ms_build_growing(struct ms_build *build);      /* growing */
enum ms_status ms_build_site_series(struct ms_build *build);  /* its by_site, for the one above */
enum ms_status ms_build_stacks(struct ms_build *build);       /* stacks */
enum ms_status ms_build_summary(struct ms_build *build); /* summary, notes on what is missing */

/* Helpers of the steps. */

/* For steps that may take long: they have done DONE of OF. */
static inline void ms_build_progress(const struct ms_build *build, uint64_t done, uint64_t of) {
    double part = build->progress_end - build->progress_begin;
    if (build->resolver != NULL && build->resolver->progress != NULL && of != 0)
        build->resolver->progress(build->progress_begin + part * (double)done / (double)of);
}

/* The stack ID, whose INDEX in `stacks` it is (may be NULL); it is added where it is not there. */
enum ms_status ms_build_find_stack(struct ms_build *build, uint32_t id, uint32_t *index);

/* The same; the report names it. */
enum ms_status ms_build_show_stack(struct ms_build *build, uint32_t id);

/* The id of the stack with the frames of STACK that blocks of SITE have. */
uint32_t ms_build_stack_of_site(const struct ms_build *build, uint32_t stack, uint32_t site);

/* The variable and the type that the blocks of GROUP are shown under: its owner's variable before
 * its site's, its site's type before its owner's. */
void ms_build_group_names(const struct ms_build *build, const struct ms_build_group *group,
                          const char **var_name, const char **type_name);

/* The spelling of a site's kind; NULL: this version does not know it. */
const char *ms_build_kind(unsigned kind);

/* Of the objects on all stacks at once; unknown where there are none. */
enum ms_status ms_build_stack_peak(struct ms_build *build, uint64_t *peak);

/* Whether SITE is of memory that is not on the heap. */
static inline bool ms_build_is_object(const struct ms_build_site *site) {
    return site->kind == MEMSCOPE_SITE_OBJECT || site->kind == MEMSCOPE_SITE_STATIC;
}

/* The string at OFFSET of the journal. */
enum ms_status ms_build_name(struct ms_build *build, uint32_t offset, ms_name *name);
const char *ms_build_text(const struct ms_build *build, ms_name name);

/* Whether that is void, which is no type. */
bool ms_build_is_void(const char *type_name);

/* As ms_build_name for the name of a type: void is no type. */
enum ms_status ms_build_type_name(struct ms_build *build, uint32_t offset, ms_name *name);

/* One line for people, as printf has it. */
__attribute__((format(printf, 2, 3))) enum ms_status ms_build_note(struct ms_build *build,
                                                                   const char *format, ...);

/* A run-time address as a frame word: of the module that was there last. */
uint64_t ms_build_frame_word(const struct ms_build *build, uint64_t address);

/* The frames of a frame word; resolved once. */
/* Tells the resolver of all addresses that frames will be asked for. */
enum ms_status ms_build_prepare_frames(struct ms_build *build);

enum ms_status ms_build_frames(struct ms_build *build, uint64_t word, struct ms_build_frames *out);

/* SHARES has room for MS_SHARES_PER_TICK. Each type is there once; returns how many. *ALL tells
 * that every other type had no live bytes. */
enum ms_status ms_build_type_shares(struct ms_build *build, const struct ms_tick *tick,
                                    struct ms_type_share *shares, size_t *count, bool *all);

/* A - B, 0 where that would be negative: sums that are read while they change may be a little off.
 */
static inline uint64_t ms_build_minus(uint64_t a, uint64_t b) {
    return a > b ? a - b : 0;
}

/* An estimate as a whole number; 0 for what cannot be one. */
static inline uint64_t ms_build_round(double value) {
    return value >= 0 && value < 9e18 ? (uint64_t)(value + 0.5) : 0;
}

static inline uint64_t ms_build_max(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

/* Whether what is live of SITE is known from samples: objects on the stack are all counted. */
static inline bool ms_build_is_sampled(const struct ms_build *build,
                                       const struct ms_build_site *site) {
    return build->sampled && site->kind != MEMSCOPE_SITE_OBJECT;
}

/* What LIVE, samples of what SITE has made, or of a part of it, stand for. */
struct ms_estimate ms_build_estimate(const struct ms_build *build, const struct ms_build_site *site,
                                     const struct ms_weighted *live);

/* The ± of live bytes: 0 where they are counted, NaN where something was not recorded. */
double ms_build_error(const struct ms_build *build, uint64_t bytes, double variance);

/* Whether what is counted at SITE are blocks of the heap: neither stack objects nor pooled blocks.
 */
static inline bool ms_build_is_heap(const struct ms_build_site *site) {
    return !site->is_pooled && !ms_build_is_object(site);
}

/* What of the live bytes of SITE pooled blocks have, which are shown as what they are. */
static inline uint64_t ms_build_inside(const struct ms_build_site *site) {
    return (int64_t)site->inside_bytes > 0 ? site->inside_bytes : 0;
}

/* For sorting: the larger number first. */
static inline int ms_build_descending(uint64_t a, uint64_t b) {
    return a > b ? -1 : a < b;
}

static inline int ms_build_ascending(uint64_t a, uint64_t b) {
    return a < b ? -1 : a > b;
}

/* As strcmp; NULL comes last. */
static inline int ms_build_compare_text(const char *a, const char *b) {
    if (a == NULL || b == NULL)
        return (a == NULL) - (b == NULL);
    return strcmp(a, b);
}

#endif
