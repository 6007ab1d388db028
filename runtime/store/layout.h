/* SPDX-License-Identifier: MIT */
/*
 * The journal: one file, mapped MAP_SHARED by the process it measures, read by anyone at any time.
 *
 *   0      struct ms_journal_header                                 4096 bytes
 *   4096   struct ms_extent[MS_EXTENT_COUNT]                        24576 bytes
 *   28672  extents, appended as tables grow, each of one table, page aligned, never moved
 *
 * A table is the concatenation of its extents in directory order, each holding `size / entry size`
 * whole entries (of strings an entry is a byte, of stack words a word). The file is little-endian;
 * every record is sized by a static assertion; a reader reads its own version only.
 *
 * How a writer and a reader in another process agree (docs/memory-model.md):
 *   - an extent is complete when header.extent_count (release) covers it;
 *   - entries of append-only tables (strings, sites, modules, stacks, counter chunks, threads,
 * marks, phases) are complete when header.used[table] (release) covers them; sites, modules,
 * stacks, threads and phases have fields that change later, each a naturally aligned integer
 * written once or by one thread;
 *   - a block is live exactly when its `address_thread` is not 0 (stored last, with release; zeroed
 * first);
 *   - a thread's pending block is in the block table and not in the counters of a site: readers
 * add it to those of the site it will have;
 *   - an event is complete when its `number` is not 0 (stored last, with release; zeroed first) and
 * the same behind the copy of it as before: the newest of a thread take the place of its oldest;
 *   - ticks may be rewritten when the timeline is thinned: header.timeline_sequence is odd
 * meanwhile. Everything else is advisory. A reader believes nothing: it checks every index and
 * offset.
 */
#ifndef MS_STORE_LAYOUT_H
#define MS_STORE_LAYOUT_H

#include <assert.h>
#include <stdint.h>

#define MS_JOURNAL_MAGIC      "MEMSCOPE" /* 8 bytes, no NUL */
#define MS_JOURNAL_VERSION    6u
#define MS_JOURNAL_BYTE_ORDER 0x01020304u
#define MS_EXTENT_COUNT       1024u
#define MS_HEADER_BYTES       4096u
#define MS_DIRECTORY_BYTES    (MS_EXTENT_COUNT * 24u)
#define MS_FIRST_EXTENT       (MS_HEADER_BYTES + MS_DIRECTORY_BYTES)
#define MS_EXTENT_ALIGN       4096u

/* X(number, NAME, entry size in bytes) */
#define MS_TABLES(X)                                                                               \
    X(0, STRINGS, 1)      /* NUL-terminated strings, back to back; offset 0 is the empty string */ \
    X(1, SITES, 128)      /* struct ms_site; entry 0 is the catch-all */                           \
    X(2, MODULES, 64)     /* struct ms_module; entry 0 is "no module" */                           \
    X(3, THREADS, 256)    /* struct ms_thread_record */                                            \
    X(4, COUNTER_TAGS, 8) /* struct ms_counter_tag, one for each chunk of COUNTERS */              \
    X(5, COUNTERS, 4096)  /* struct ms_counter[64] */                                              \
    X(6, STACK_WORDS, 8)  /* the frames of stacks, see struct ms_stack; word 0 is of none */       \
    X(7, BLOCKS, 32)      /* struct ms_block; entry 0 is not used */                               \
    X(8, TICKS, 1024)     /* struct ms_tick */                                                     \
    X(9, MARKS, 32)       /* struct ms_mark */                                                     \
    X(10, PHASES, 128)    /* struct ms_phase */                                                    \
    X(11, HISTOGRAMS, 1024) /* struct ms_histograms, one for each counter shard */                 \
    X(12, PROBABILITIES, 4) /* of a sampled journal: a float for each block, with which            \
                               probability it was chosen */                                        \
    X(13, POOLED, 64)       /* struct ms_pooled_block; entry 0 is not used */                      \
    X(14, PROBLEMS, 64)     /* struct ms_problem */                                                \
    X(15, PEAK, 16)         /* struct ms_peak_entry, one for each site */                          \
    X(16, EVENTS, 64)       /* struct ms_event: the rings of threads, in pieces, in any order */   \
    X(17, STACKS, 8)        /* struct ms_stack; entry 0 is "no stack" */                           \
    X(18, STACK_COUNTER_TAGS, 8) /* struct ms_counter_tag, one for each chunk of */                \
    X(19, STACK_COUNTERS, 4096)  /* struct ms_stack_counter[64] */                                 \
    X(20, PEAK_STACKS, 16)       /* struct ms_peak_entry, one for each stack */

enum ms_table {
#define X(number, name, size) MS_TABLE_##name = number,
    MS_TABLES(X)
#undef X
        MS_TABLE_COUNT
};

enum ms_journal_state {
    MS_STATE_RUNNING = 1,   /* running, or killed: whether the process is alive tells */
    MS_STATE_EXITED = 2,    /* exit_code holds */
    MS_STATE_SIGNALLED = 3, /* written by `memscope run` from outside; exit_code is the signal */
};

/* Why something was not recorded. X(number, NAME, "for people") */
#define MS_DROPS(X)                                                                                \
    X(0, SPACE, "the journal could not grow")                                                      \
    X(1, NESTED, "a signal handler allocated inside memscope")                                     \
    X(2, LIMIT, "a fixed table was full")

enum ms_drop {
#define X(number, name, text) MS_DROP_##name = number,
    MS_DROPS(X)
#undef X
        MS_DROP_COUNT
};

/*
 * What another process may ask for: control_request is a number, one more than the last one's, and
 * the command. Who asks holds a lock on the file (flock), waits for the request before it to be
 * done, writes what goes with its own (control_text) and then the word. The process marks the word
 * as taken; until then it can be withdrawn, which makes it NONE with the same number: each by one
 * change of the word, so that nothing is done that somebody has given up. It is done when
 * control_done has its number.
 */
enum ms_control {
    MS_CONTROL_NONE,
    MS_CONTROL_PAUSE,  /* record no new blocks */
    MS_CONTROL_RESUME, /* record them again */
    MS_CONTROL_SCAN,   /* look which blocks can be reached */
    MS_CONTROL_MARK,   /* a moment named control_text is now */
    MS_CONTROL_SAMPLE, /* choose blocks as control_value says: ms_sampling_pack */
    MS_CONTROL_COUNT
};
#define MS_CONTROL_BITS          8
#define MS_CONTROL_TAKEN         (UINT64_C(1) << 7)
#define MS_CONTROL_COMMAND(word) ((word) & (MS_CONTROL_TAKEN - 1))
#define MS_CONTROL_NUMBER(word)  ((word) >> MS_CONTROL_BITS)
#define MS_CONTROL_WORD(number, command)                                                           \
    ((uint64_t)(number) << MS_CONTROL_BITS | (uint64_t)(command))
#define MS_CONTROL_TEXT 256u /* bytes of control_text, with the NUL */

/* What has come of a request. */
enum ms_control_result {
    MS_CONTROL_DONE,
    MS_CONTROL_NO_ROOM, /* the journal cannot take it */
    MS_CONTROL_REFUSED, /* the process is not measured in a way that allows it */
    MS_CONTROL_UNKNOWN, /* the process has no such command, or cannot read what goes with it */
};

/* What a search for blocks that nothing points to has come to. X(number, NAME, "for people") */
#define MS_SCAN_RESULTS(X)                                                                         \
    X(0, NONE, "there was none")                                                                   \
    X(1, DONE, "it is complete")                                                                   \
    X(2, PARTLY, "there are blocks without a record")                                              \
    X(3, NO_MEMORY, "there was no memory for it")                                                  \
    X(4, NO_MAP, "/proc/self/maps cannot be read")                                                 \
    X(5, TOO_LONG, "it took too long")                                                             \
    X(6, DIED, "it could not read the process")                                                    \
    X(7, UNDER_WAY, "it was under way when the process ended")

enum ms_scan_result {
#define X(number, name, text) MS_SCAN_##name = number,
    MS_SCAN_RESULTS(X)
#undef X
        MS_SCAN_RESULT_COUNT
};

/* What it has found of a block. */
enum ms_reach {
    MS_REACH_UNKNOWN,     /* made since then, or there was none */
    MS_REACH_YES,         /* the program can get at it */
    MS_REACH_UNREACHABLE, /* nothing points to it */
    MS_REACH_INDIRECT,    /* only blocks do that cannot be reached themselves */
};

struct ms_extent {
    uint32_t table; /* enum ms_table */
    uint32_t zero;
    uint64_t offset; /* in the file, a multiple of MS_EXTENT_ALIGN */
    uint64_t size;   /* bytes, a multiple of MS_EXTENT_ALIGN */
};
static_assert(sizeof(struct ms_extent) == 24, "wire size");

/* String offsets are into the string table; 0 is "none". Times are nanoseconds since start_time_ns.
 */
struct ms_journal_header {
    char magic[8];
    uint32_t version;
    uint32_t header_bytes; /* MS_FIRST_EXTENT */
    uint32_t byte_order;
    uint32_t page_size;
    /* the process: written once before `state` becomes RUNNING, but for the ends of it */
    uint32_t state; /* enum ms_journal_state */
    int32_t exit_code;
    uint32_t pid;
    uint32_t ppid;
    uint32_t uid;
    uint32_t executable; /* string: path */
    uint32_t command;    /* string: first of command_count strings, back to back */
    uint32_t command_count;
    uint32_t host; /* string */
    uint32_t
        parent_journal; /* string: path of the journal of the process this one was forked from */
    uint64_t start_time_ns;       /* since the epoch */
    uint64_t process_start_ticks; /* field 22 of /proc/pid/stat, tells a reused pid */
    uint64_t monotonic_start_ns;  /* CLOCK_MONOTONIC at start_time_ns */
    uint64_t end_ns;              /* 0 while running */
    /* how it was measured */
    double sample_rate;    /* 1.0: every block, or by bytes */
    uint64_t sample_bytes; /* mean bytes between samples, 0: sampling is by rate */
    uint64_t seed;
    uint32_t preset; /* string */
    uint32_t capture_stack;
    uint32_t max_stack_depth;
    uint32_t monitor_ms; /* 0: no monitor */
    /* changing while it runs */
    uint32_t extent_count;
    uint32_t timeline_sequence;
    uint64_t used[24];   /* complete entries by table */
    uint64_t file_bytes; /* what the file has been grown to */
    uint64_t now_ns;     /* the coarse clock: written by the monitor thread */
    uint64_t live_bytes; /* without what threads have not yet handed in, see handed_in */
    uint64_t peak_bytes; /* seen when something was freed: what there is now may be more */
    uint64_t peak_ns;
    uint64_t tick_interval_ns; /* grows when the timeline is thinned */
    uint64_t dropped[8];       /* by enum ms_drop */
    uint64_t
        unknown_frees; /* frees of blocks that are not in the table (made before us, foreign) */
    uint64_t control_request; /* from outside: see enum ms_control */
    uint64_t control_done;    /* the last request that was done, as it was taken */
    uint64_t monitor_tid;
    uint32_t sampled; /* 1: only sampled blocks have records, and counters are ms_sampled_counter */
    uint32_t other_malloc; /* string: the module whose malloc the program calls, `executable` when
                              it has one of its own; 0: memscope's */
    uint64_t gaps;         /* how often recording was off for a while, or from the start */
    /* What made up the peak: entry peak_taken % 2 of each is that of the last time. */
    uint64_t peak_taken; /* how often it was kept */
    uint64_t peak_taken_bytes[2];
    uint64_t peak_taken_ns[2];
    uint64_t event_limit; /* how many events of a thread are kept; 0: none are written */
    uint64_t is_glibc;    /* 1: the allocator behind memscope is glibc's malloc */
    /* The last search for blocks that nothing points to. */
    uint64_t scan_ns;         /* when it began; 0: there was none */
    uint64_t scan_took_ns;    /* written last */
    uint32_t scan_result;     /* enum ms_scan_result */
    uint32_t scan_running;    /* threads that could not be stopped meanwhile */
    uint64_t scan_lost_bytes; /* in blocks that cannot be reached */
    /* With control_request; written by whoever asks, but for the result. */
    char control_text[MS_CONTROL_TEXT];
    uint64_t control_value;
    uint64_t control_result; /* enum ms_control_result of the last request that was done */
    /* While blocks were chosen with changing probabilities: the least share of blocks, and the most
     * mean bytes, that there were so far. sample_rate and sample_bytes are of now. */
    double sample_least_rate;
    uint64_t sample_most_bytes;
    uint64_t sample_changes; /* how often it was changed */
    /* When this copy was made of the journal of a process that was running; 0: it is no copy. */
    uint64_t copied_ns;
    unsigned char reserved[4096 - 888];
};
static_assert(sizeof(struct ms_journal_header) == MS_HEADER_BYTES, "wire size");

struct ms_site {
    uint32_t var_name; /* strings */
    uint32_t type_name;
    uint32_t file;
    uint32_t function;
    uint32_t label;
    uint32_t line;
    uint32_t column;
    uint8_t kind;     /* enum memscope_site_kind */
    uint8_t evidence; /* enum memscope_evidence */
    uint16_t module;  /* the module that has it, 0: none */
    uint64_t type_size;
    uint64_t frame; /* of kind CALLER and of what MEMSCOPE_TRACK makes: the return address of the
                       call as a frame word (see stacks), else 0 */
    uint32_t flags;
    uint32_t element_name; /* string; 0: how many elements a block has is not known */
    uint32_t deallocator;  /* string; 0: not known */
    uint32_t zero;
    uint64_t element_size;
    uint64_t header_size; /* bytes before the first element */
    uint64_t reserved[6];
};
static_assert(sizeof(struct ms_site) == 128, "wire size");

/* Bits of ms_site.flags. A block has another size than the program asked for at the site (a wrapper
 * has added to it): how many elements there are is not known. */
#define MS_SITE_OTHER_SIZE 0x10000u
#define MS_SITE_POOLED     (UINT32_C(1) << 31) /* what is counted here are pooled blocks */

struct ms_module {
    uint64_t base;  /* load bias: run-time address minus address in the ELF file */
    uint64_t start; /* first mapped byte */
    uint64_t end;
    uint64_t loaded_ns;
    uint32_t path;          /* string */
    uint32_t build_id_size; /* at most 20 */
    unsigned char build_id[20];
    uint32_t flags; /* MS_MODULE_... */
};

/* The module has no build id; a struct ms_module_stamp of its file is in build_id instead. */
#define MS_MODULE_STAMPED 1u

struct ms_module_stamp {
    uint32_t size[2]; /* low word first, so that the struct has 20 bytes */
    uint32_t modified_ns[2];
    uint32_t inode; /* its low 32 bits */
};
static_assert(sizeof(struct ms_module_stamp) == 20, "wire size");
static_assert(sizeof(struct ms_module) == 64, "wire size");

/*
 * A call stack, of the blocks that were made with it at one site: the same frames are there again
 * for a second site. `words` is the index of a word in STACK_WORDS, 0: its frames are not known.
 * That word is the depth (1..1024), the words after it are its frames, innermost first. A frame
 * word is module index << 48 | (return address - module base) module 0: the low 48 bits are the
 * run-time address itself. Frames are return addresses: look up the byte before.
 */
struct ms_stack {
    uint32_t words;
    uint32_t site; /* 0: no block with it was counted yet */
};
static_assert(sizeof(struct ms_stack) == 8, "wire size");
#define MS_STACK_LIMIT        (UINT32_C(1) << 21) /* has room in struct ms_block.size_time */
#define MS_FRAME_MODULE_SHIFT 48
#define MS_FRAME_OFFSET_MASK  ((UINT64_C(1) << MS_FRAME_MODULE_SHIFT) - 1)
#define MS_STACK_DEPTH_LIMIT  1024u

/* What one counter shard (one running thread at a time owns it) saw at one site. Live bytes of a
 * site are the sum over shards of alloc_bytes - free_bytes: a single shard's difference may be
 * negative. */
struct ms_counter {
    uint64_t allocations;
    uint64_t alloc_bytes; /* requested */
    uint64_t frees;
    uint64_t free_bytes;
    uint64_t peak_bytes;  /* of this shard's difference, seen when something was freed: what it is
                             now may be more. Exact for the site where one shard has all of it */
    uint64_t temporary;   /* freed before the thread's next allocation */
    uint64_t moved_bytes; /* copied by realloc */
    union {
        uint64_t jumped;       /* stack objects that longjmp or an exception has left */
        uint64_t inside_bytes; /* else: of live pooled blocks in the blocks made here; of one shard
                                  it may be negative */
    };
};
static_assert(sizeof(struct ms_counter) == 64, "wire size");
#define MS_COUNTERS_PER_CHUNK 64u

/* The same in a sampled journal, of sites that make heap blocks: every object on the stack is
 * counted. What was allocated is exact; the rest are sums over the sampled
 * blocks, each with the weight 1 / probability (base/sampling.h). */
struct ms_sampled_counter {
    uint64_t allocations;
    uint64_t alloc_bytes;
    double sampled_count; /* estimates `allocations` */
    double sampled_bytes; /* estimates `alloc_bytes` */
    double peak_bytes;    /* of live_bytes, seen when a sampled block was freed */
    uint64_t temporary;
    double variance;   /* of sampled_bytes: the sum of (1 - probability) * weighted bytes squared */
    double live_bytes; /* estimate; of one shard alone it may be negative */
};
static_assert(sizeof(struct ms_sampled_counter) == sizeof(struct ms_counter), "same place");

/* Whose counters a chunk has, those of sites or of stacks. */
struct ms_counter_tag {
    uint32_t shard;
    uint32_t first; /* site or stack; a multiple of the counters of a chunk */
};
static_assert(sizeof(struct ms_counter_tag) == 8, "wire size");

/* What one counter shard saw of the blocks with one stack, where that is counted. A block is
 * counted when its site counts it, behind that. What is live may be negative in one shard, as
 * above. */
struct ms_stack_counter {
    uint64_t allocations;
    uint64_t alloc_bytes;
    uint64_t free_bytes;
    uint64_t temporary;
    uint32_t site; /* of the stack, for the shard alone; 0: nothing was made here yet */
    uint32_t zero;
    uint64_t zeros[3];
};
static_assert(sizeof(struct ms_stack_counter) == 64, "wire size");
#define MS_STACKS_PER_CHUNK 64u

/* The same in a sampled journal: sums over the sampled blocks, weighted as above. */
struct ms_sampled_stack_counter {
    double count;
    double bytes;
    double live_bytes;
    double temporary;
    uint32_t site;
    uint32_t zero;
    double variance; /* of bytes */
    double zeros[2];
};
static_assert(sizeof(struct ms_sampled_stack_counter) == sizeof(struct ms_stack_counter),
              "same place");

/* Blocks by power of two: bucket n counts values v with 2^(n-1) <= v < 2^n, bucket 0 counts v = 0.
 */
struct ms_histograms {
    uint64_t sizes[64];     /* requested bytes */
    uint64_t lifetimes[64]; /* of freed blocks, in units of 100 ms; bucket 0 is not used: "under 100
                               ms" are all others that were freed */
};
static_assert(sizeof(struct ms_histograms) == 1024, "wire size");

/* Live bytes of a site or a stack when the peak was kept the last two times, see
 * header.peak_taken. */
struct ms_peak_entry {
    uint64_t live_bytes[2];
};
static_assert(sizeof(struct ms_peak_entry) == 16, "wire size");

/* A live heap block that was sampled. */
struct ms_block {
    uint64_t address_thread; /* address << 16 | thread index (low 16 bits); 0: not in use */
    uint64_t size_time; /* requested bytes, at most 2^40-1 << 24 | low 24 bits: time in 100 ms, of
                           one in an inbox its stack */
    uint32_t site;      /* where it was made; 0 while it is its thread's pending block */
    union {
        uint32_t stack;
        uint32_t next; /* of a free entry, for the writer alone; of one in an inbox */
    };
    uint64_t holder; /* see below; 0: no annotated variable ever held it */
};
static_assert(sizeof(struct ms_block) == 32, "wire size");
#define MS_BLOCK_ADDRESS(b)    ((b)->address_thread >> 16)
#define MS_BLOCK_THREAD(b)     ((uint32_t)((b)->address_thread & 0xffff))
#define MS_BLOCK_SIZE(b)       ((b)->size_time >> 24)
#define MS_BLOCK_LEFT_STACK(b) ((uint32_t)((b)->size_time & 0xffffff)) /* of one in an inbox */
#define MS_BLOCK_TIME_NS(b)    (((b)->size_time & 0xffffff) * UINT64_C(100000000))
#define MS_BLOCK_TIME(ns)      ((uint32_t)((ns) / UINT64_C(100000000)) & 0xffffff)
#define MS_BLOCK_SIZE_LIMIT    ((UINT64_C(1) << 40) - 1)

/*
 * The annotated variables that a block has been in, in one word, so that it changes at once:
 *
 *   bits 0..19   site at which a variable took it last: its owner
 *   bits 20..39  not lost: site of the variable that held it before and may hold it still, 0: none;
 *                lost: site at which the last variable that held it stopped to
 *   bit 40       lost
 *   bits 41..61  a hash of the address of the owner, where one name stands for many places
 * (members, elements); 0: the name tells
 *   bits 62..63  enum ms_reach, as the last search has found it. They go with the next change of
 * the rest
 */
#define MS_HOLDER_SITE_BITS  20
#define MS_HOLDER_SITE_MASK  ((UINT64_C(1) << MS_HOLDER_SITE_BITS) - 1)
#define MS_HOLDER_LOST       (UINT64_C(1) << 40)
#define MS_HOLDER_PLACE_AT   41
#define MS_HOLDER_PLACE_BITS 21
#define MS_HOLDER_REACH_AT   62
#define MS_HOLDER_REACH_MASK (UINT64_C(3) << MS_HOLDER_REACH_AT)
#define MS_HOLDER_OWNER(h)   ((uint32_t)((h)&MS_HOLDER_SITE_MASK))
#define MS_HOLDER_OTHER(h)   ((uint32_t)((h) >> MS_HOLDER_SITE_BITS & MS_HOLDER_SITE_MASK))
#define MS_HOLDER_PLACE(h)                                                                         \
    ((uint32_t)((h) >> MS_HOLDER_PLACE_AT) & ((UINT32_C(1) << MS_HOLDER_PLACE_BITS) - 1))
#define MS_HOLDER_REACH(h) ((uint32_t)((h) >> MS_HOLDER_REACH_AT))
/* A live piece of memory that an allocator of the program's own has handed out of a larger block,
 * or of memory that is none of malloc's. It is counted at a site that has MS_SITE_POOLED and at no
 * other place: the totals of threads and of the process are those of the heap. */
struct ms_pooled_block {
    uint64_t address_thread; /* as in struct ms_block: 0: not in use */
    uint64_t size_time;
    uint32_t site;
    uint32_t stack;
    uint32_t parent; /* the record of the block that it lies in: of BLOCKS, with MS_PARENT_POOLED of
                        this table; 0: none. It ends before that does */
    uint32_t next;   /* for the writer alone, as all behind it: of a free entry, of the same pool */
    uint32_t previous;     /* of the same pool */
    uint32_t group;        /* number of the pool */
    uint32_t inside;       /* site whose inside_bytes have it */
    uint32_t below;        /* the record of the block that it lies at the very start of, 0: none */
    uint32_t inside_stack; /* with which the block was made that it lies in */
    uint32_t zero;
    uint64_t zero2;
};
static_assert(sizeof(struct ms_pooled_block) == 64, "wire size");
#define MS_PARENT_POOLED (UINT32_C(1) << 31)

/* What a program should not do with a block. X(number, NAME, "spelling in reports") */
#define MS_PROBLEMS(X)                                                                             \
    X(1, DOUBLE_FREE, "double_free")             /* given back twice */                            \
    X(2, FREED_REALLOC, "realloc_of_freed")      /* reallocated after it was freed */              \
    X(3, FOREIGN_FREE, "foreign_free")           /* no block starts there */                       \
    X(4, WRONG_DEALLOCATOR, "wrong_deallocator") /* given back by a function for other blocks */

enum ms_problem_kind {
#define X(number, name, spelling) MS_PROBLEM_##name = number,
    MS_PROBLEMS(X)
#undef X
};

/* All cases of one kind of problem with the same two places. */
struct ms_problem {
    uint64_t count;    /* 0: not complete yet */
    uint64_t frame;    /* frame word: from where the block was given back */
    uint64_t first_ns; /* the first case */
    uint64_t address;  /* of that */
    uint32_t kind;     /* enum ms_problem_kind */
    uint32_t made;     /* site that had made the block, 0: not known */
    uint32_t release;  /* site of the call of a deallocator, 0: free or realloc */
    uint32_t stack;
    uint64_t zero[2];
};
static_assert(sizeof(struct ms_problem) == 64, "wire size");
#define MS_PROBLEM_LIMIT 1024u

/* One of the newest events of a thread, where events are written: see the comment above. */
struct ms_event {
    uint64_t number;         /* in its ring, from 1 on */
    uint64_t time_ns;        /* precise */
    uint64_t address_thread; /* as in struct ms_block, of the thread that did it */
    uint64_t size;           /* requested */
    uint64_t former;         /* REALLOC: the address before it */
    uint32_t site;           /* 0: not known, or not yet (the thread's pending block) */
    uint32_t stack;          /* where the block was made, 0: none */
    uint32_t kind;           /* enum memscope_event_kind */
    uint32_t zero;
    uint64_t zeros;
};
static_assert(sizeof(struct ms_event) == 64, "wire size");

/* A thread's newest block. While it is pending, its site may not be known yet: the counters of no
 * site have it, and its record in the block table has site 0. */
struct ms_pending {
    uint64_t frame_address; /* run-time return address of the allocation call; 0: none is pending */
    uint64_t size;
    uint32_t block; /* its record; 0: it has none, and its free will not be noticed. Not pending:
                       the thread's newest block, 0: it is freed */
    uint32_t site;  /* that has claimed it or that it has from its realloc, else 0 */
};
static_assert(sizeof(struct ms_pending) == 24, "wire size");

struct ms_thread_record {
    uint32_t tid;
    uint32_t shard; /* its counter shard; reused by a later thread when this one has ended */
    char name[16];
    uint64_t start_ns;
    uint64_t end_ns; /* 0: not known to have ended */
    /* written by the thread */
    uint64_t allocations;
    uint64_t alloc_bytes;
    uint64_t frees;         /* that this thread did, whoever had allocated */
    uint64_t free_bytes;    /* in a sampled journal: alloc_bytes less the usable bytes of the blocks
                               that this thread has made and not freed, as the allocator has them */
    uint64_t foreign_frees; /* of those, blocks that another thread had allocated */
    uint64_t foreign_free_bytes;
    uint64_t peak_bytes; /* seen when it last freed: what it has now may be more */
    int64_t handed_in;   /* how much of alloc_bytes - free_bytes is in header.live_bytes. In a
                            sampled journal: usable bytes that are not in it yet */
    struct ms_pending pending;
    /* written by other threads, atomically */
    uint64_t freed_elsewhere;
    uint64_t freed_elsewhere_bytes;
    uint32_t inbox; /* pending blocks of this thread that others have freed: the first record,
                       linked by `next`, 0: none. No site counts them as made or freed yet */
    uint32_t zero;
    unsigned char reserved_of_others[40];
    /* written by the thread; by another one when it has ended */
    uint64_t stack_bytes; /* of the objects on its stack that are tracked */
    uint64_t stack_peak_bytes;
    uint64_t events; /* that it has had to write, whatever became of them; by the thread alone */
    uint64_t reserved[5];
};
static_assert(sizeof(struct ms_thread_record) == 256, "wire size");

/* Share of live bytes at a tick: the largest types first, then the largest sites. */
struct ms_share {
    uint32_t
        kind; /* 0: not used, 1: id is a type name (string offset; 0: no type), 2: id is a site */
    uint32_t id;
    uint64_t live_bytes;
};
#define MS_SHARES_PER_TICK  46u
#define MS_SHARES_OF_TYPES  23u
#define MS_UNKNOWN_U64      UINT64_MAX /* "not known" in ticks: exported as null */
#define MS_UNKNOWN_PERMILLE UINT32_MAX

/* A GPU at a tick. All ones: not known. */
struct ms_tick_gpu {
    uint32_t memory_used_kib;
    uint32_t memory_total_kib;
    uint16_t usage_permille;
    uint16_t zero;
};
#define MS_GPUS_PER_TICK 8u

/* One sample of the monitor thread. Rates are over the interval since the sample before. */
struct ms_tick {
    uint64_t time_ns;
    uint64_t heap_live_bytes;
    uint64_t allocations; /* since the start */
    uint64_t frees;
    uint64_t alloc_bytes;
    uint64_t memory_usage_bytes; /* of the system or, inside a limited cgroup, of that */
    uint64_t memory_total_bytes; /* what memory_usage_bytes is a share of */
    uint64_t disk_read_bps;
    uint64_t disk_write_bps;
    uint64_t network_rx_bps;
    uint64_t network_tx_bps;
    uint64_t gpu_memory_used;
    uint64_t gpu_memory_total;
    uint64_t process_rss_bytes;
    uint64_t process_minor_faults; /* since the start */
    uint64_t process_major_faults;
    uint64_t process_read_bytes;
    uint64_t process_write_bytes;
    uint32_t cpu_usage_permille;   /* of all processors together or, in a limited cgroup, of its
                                      quota: 1000 is all of it */
    uint32_t process_cpu_permille; /* of one processor: may be over 1000 */
    uint32_t gpu_usage_permille;   /* sums of all GPUs: may be over 1000 */
    uint32_t thread_count;
    uint32_t process_fds;
    uint32_t zero;
    uint64_t process_pss_bytes;
    uint64_t process_gpu_bytes; /* with gpu_count 0 not known */
    uint32_t gpu_count;         /* may be more than are in gpus */
    uint32_t zero2;
    struct ms_tick_gpu gpus[MS_GPUS_PER_TICK];
    struct ms_share shares[MS_SHARES_PER_TICK];
};
static_assert(sizeof(struct ms_tick) == 1024, "wire size");

struct ms_mark {
    uint64_t time_ns;
    uint32_t name; /* string */
    uint32_t thread;
    uint64_t zero[2];
};
static_assert(sizeof(struct ms_mark) == 32, "wire size");

/* Totals at one end of a phase. */
struct ms_phase_moment {
    uint64_t allocations; /* of the thread, since its start; so are the bytes */
    uint64_t alloc_bytes;
    uint64_t heap_live_bytes; /* of the process */
};

/* A named stretch of a thread. It is open while end_ns, which is stored last, is 0: to the end of
 * its thread where that has ended. */
struct ms_phase {
    uint64_t start_ns;
    uint64_t end_ns;
    uint32_t name; /* string */
    uint32_t thread;
    uint32_t outer; /* number of the phase around it, counted from 1; 0: none */
    uint32_t depth; /* how many there are around it */
    struct ms_phase_moment start, end;
    uint64_t reserved[6];
};
static_assert(sizeof(struct ms_phase) == 128, "wire size");

#endif
