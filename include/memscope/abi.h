/* SPDX-License-Identifier: MIT */
/*
 * What the compiler plugin and the runtime agree on.
 *
 * The plugin puts one constant `struct memscope_site` for each place it instruments into the ELF
 * section "memscope_sites" of the object file; the linker gathers them, so that every module
 * (program or shared library) has one dense array between __start_memscope_sites and
 * __stop_memscope_sites. A constructor emitted in each unit that has sites hands that array to the
 * runtime.
 *
 * The plugin then emits, behind each place:
 *
 *   typing site (a call that returns a pointer, whose first typed use tells the C type):
 *       p = f(...);
 *       if (p == __memscope_fresh_block)            // one TLS load, one compare, never taken when
 * off
 *           __memscope_claim_block(&site, p);
 *
 *   a wrapper that keeps something in front of the block it hands on:
 *       moved = head + 1;
 *       if (head == __memscope_fresh_block)
 *           __memscope_move_block(head, moved);
 *       return moved;
 *
 *   assignment to an annotated pointer variable or member, which also ends what it held before:
 *       old = v;
 *       v = p;
 *       __memscope_lose_block(&site, old, p, &v);
 *       __memscope_assign_block(&site, p, &v);
 *
 *   call of an allocator and of a deallocator of the program's own:
 *       p = pool_alloc(pool, n);
 *       __memscope_allocated(&site, p, n, pool);
 *       __memscope_released(&site2, p);
 *       pool_free(pool, p);
 *
 * This header is plain C11 and C++17 and includes nothing but <stddef.h> and <stdint.h>. The
 * numbers in it never change their meaning: a new one is added, and MEMSCOPE_ABI_VERSION grows.
 */
#ifndef MEMSCOPE_ABI_H
#define MEMSCOPE_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MEMSCOPE_ABI_VERSION  3
#define MEMSCOPE_SITE_SECTION "memscope_sites"

/* What a site is. X(number, NAME, "spelling in reports") */
#define MEMSCOPE_SITE_KINDS(X)                                                                     \
    X(0, UNKNOWN, "unknown")     /* no information: the catch-all site with id 0 */                \
    X(1, CALL, "call")           /* a call returning a pointer, typed by its first typed use */    \
    X(2, VARIABLE, "variable")   /* an annotated pointer variable */                               \
    X(3, MEMBER, "member")       /* an annotated struct or union member */                         \
    X(4, PARAMETER, "parameter") /* an annotated parameter */                                      \
    X(5, OBJECT, "object")       /* an annotated array, struct or VLA on the stack */              \
    X(6, STATIC, "static")       /* a global or static object */                                   \
    X(7, FUNCTION, "function")   /* an annotated allocator function */                             \
    X(8, CALLER, "caller")       /* made by the runtime: the return address of an untyped call */  \
    X(9, TRACKED, "tracked")     /* made by the runtime: MEMSCOPE_TRACK */                         \
    X(10, RELEASE, "release")    /* a call of a deallocator */

/* How the C type of a site is known, best first. X(number, NAME, "spelling in reports") */
#define MEMSCOPE_EVIDENCES(X)                                                                      \
    X(0, NONE, "none")                                                                             \
    X(1, DECLARED, "declared")   /* the annotated declaration says it */                           \
    X(2, SIZEOF, "sizeof")       /* sizeof (T) in the size argument */                             \
    X(3, CAST, "cast")           /* an explicit cast of the result */                              \
    X(4, LHS, "lhs")             /* the pointer the result is assigned to */                       \
    X(5, ARGUMENT, "argument")   /* the parameter the result is passed to */                       \
    X(6, RETURN, "return")       /* the return type of the function that returns it */             \
    X(7, FIRST_USE, "first_use") /* the type of the first typed access through it */

enum memscope_site_kind {
#define X(number, name, spelling) MEMSCOPE_SITE_##name = number,
    MEMSCOPE_SITE_KINDS(X)
#undef X
};

enum memscope_evidence {
#define X(number, name, spelling) MEMSCOPE_EVIDENCE_##name = number,
    MEMSCOPE_EVIDENCES(X)
#undef X
};

/* Flags of a site. */
#define MEMSCOPE_SITE_LOCAL 1u /* the variable is known in `function` alone */
#define MEMSCOPE_SITE_LOSS  2u /* it takes no block here, it only stops holding one */
#define MEMSCOPE_SITE_HANDED_ON                                                                    \
    4u /* its function returns the block: a caller's site, if the type there is larger, is the     \
          better one */
#define MEMSCOPE_SITE_THREAD_LOCAL 8u  /* a static object of which each thread has its own */
#define MEMSCOPE_SITE_SHARED       16u /* one that other units may define too: one of them is kept */
#define MEMSCOPE_SITE_GROWS        32u /* a stack object that __memscope_grow_object makes larger */

/*
 * One place in the program. Constant but for `id`; in memory that can be written, which lives as
 * long as its module is loaded. Strings are
 * NUL-terminated UTF-8 (whatever the source had), NULL where there is none. 96 bytes on LP64.
 */
struct memscope_site {
    const char *var_name; /* "head", "struct node.next", "cache->slots"; NULL: no variable */
    const char
        *type_name; /* C spelling of the pointed-to type: "struct node", "char"; NULL: not known */
    const char *file;         /* as the compiler was given it */
    const char *function;     /* NULL outside of functions */
    const char *label;        /* of memscope("label"), NULL: none */
    const char *element_name; /* the block is `header_size` bytes and then elements of this type:
                                 the type itself (n * sizeof (T)) or that of a flexible array; NULL:
                                 how many there are is not known */
    const char *deallocator;  /* the function that frees the block; NULL: not known */
    uint64_t type_size;       /* sizeof the pointed-to type in bytes; 0: incomplete or not known */
    uint64_t element_size;    /* sizeof element_name in bytes; 0 where that is NULL */
    uint64_t header_size;     /* bytes before the first element */
    uint32_t line;            /* 1-based, 0: not known */
    uint16_t column;          /* 1-based, 0: not known or over 65535 */
    uint8_t kind;             /* enum memscope_site_kind */
    uint8_t evidence;         /* enum memscope_evidence */
    uint16_t abi_version;     /* MEMSCOPE_ABI_VERSION of the plugin that made it */
    uint16_t flags;           /* MEMSCOPE_SITE_... bits */
    uint32_t id;              /* 0; the runtime writes the number here that it gives the site */
};

/* Called by compiled code only. All of them keep errno, are async-signal-safe, never fail the
 * program, and may be called from any thread at any time, also before the runtime's constructor has
 * run. */

/* Address of the newest heap block of this thread that no typing site has claimed; never NULL and
 * never a valid block when there is none, so that a NULL result never matches. */
#ifdef __cplusplus
extern thread_local void *__memscope_fresh_block __attribute__((tls_model("initial-exec")));
#else
extern _Thread_local void *__memscope_fresh_block __attribute__((tls_model("initial-exec")));
#endif

/* BLOCK, just returned to a typing site, has the type and the variable of SITE. */
void __memscope_claim_block(const struct memscope_site *site, const void *block);

/* The same, at a site with elements. The program asked for SIZE bytes: where the block has another
 * size (the function called is a wrapper that adds to it), its elements are not known. */
void __memscope_claim_elements(const struct memscope_site *site, const void *block, size_t size);

/* BLOCK, the fresh block of this thread, has the address MOVED for those who are given it. */
void __memscope_move_block(const void *block, void *moved);

/* VALUE was stored into the annotated variable or member of SITE. If VALUE is the address of a live
 * heap block, the variable owns it from now on. NULL and foreign addresses are ignored. PLACE is
 * the address of a member or element, which share their name with others; NULL for variables. */
void __memscope_assign_block(const struct memscope_site *site, const void *value,
                             const void *place);

/* The annotated variable or member of SITE, at PLACE as above, has held OLD_VALUE until now and
 * holds VALUE from now on (NULL: it is overwritten with NULL, or goes out of scope; a function that
 * returns the pointer gives that, because its caller has it). If OLD_VALUE is the address of a live
 * block that the variable owned, and VALUE does not point into it, the block was last seen here.
 * OLD_VALUE may be anything: it is only looked up. */
void __memscope_lose_block(const struct memscope_site *site, const void *old_value,
                           const void *value, const void *place);

/*
 * An allocator of the program's own has handed out BLOCK, of SIZE bytes (0: not known), which it
 * took from POOL (NULL: not known). Where it is a block of malloc's, the allocator only wraps
 * malloc: this claims it. Else it is a piece of a larger block, or of memory that is none of
 * malloc's, and has a record of its own until it is released, something else is handed out there,
 * or the larger block is freed. NULL is ignored. SITE
 * NULL: the calling function is such an allocator and returns BLOCK, to somebody else.
 */
void __memscope_allocated(const struct memscope_site *site, const void *block, uint64_t size,
                          const void *pool);

/* BLOCK is about to be given back by the deallocator that SITE names; SITE NULL: the calling
 * function is one, and is called by somebody else. A POOL of __memscope_allocated: all that came
 * from it goes. */
void __memscope_released(const struct memscope_site *site, const void *block);

/* BLOCK is about to be given to free or realloc by the program itself, at SITE. Where an allocator
 * has handed it out whose site names other deallocators, and none of these has been given it, that
 * is wrong. */
void __memscope_freed(const struct memscope_site *site, const void *block);

/*
 * The scope of an annotated object on the stack:
 *
 *     struct node n;
 *     object = __memscope_enter_object(&site, sizeof n, &frame, outer);
 *     try { ... } finally { __memscope_leave_object(object); object = 0; }
 *
 * `frame` is a byte on the stack that is this activation's own, in which nothing is stored. `outer`
 * is the largest of what was returned for the objects of the same activation whose scopes are
 * around this one, 0 where there are none. The address of the object itself is not taken, so that
 * GCC optimizes it as before. Where an exception leaves the scope, MEMSCOPE_OBJECT_JUMPED is or-ed
 * in.
 *
 * Objects that are left by longjmp (or a throw through functions without cleanups) are noticed with
 * the next object that is entered or left below them.
 */
#define MEMSCOPE_OBJECT_JUMPED (UINT64_C(1) << 62)

/* Returns what names the object to the other two, 0: it is not recorded. With a site that has
 * MEMSCOPE_SITE_GROWS it counts no object, and SIZE is 0. */
uint64_t __memscope_enter_object(const struct memscope_site *site, size_t size, void *frame,
                                 uint64_t outer);

/* alloca: SIZE bytes more, which live as long as OBJECT. Returns what names it from now on. */
uint64_t __memscope_grow_object(uint64_t object, size_t size);

void __memscope_leave_object(uint64_t object);

/* A module's sites appear and go. START..STOP is the module's section; registering it again (every
 * unit's constructor does) changes nothing. */
void __memscope_register_sites(const struct memscope_site *start, const struct memscope_site *stop);
void __memscope_unregister_sites(const struct memscope_site *start,
                                 const struct memscope_site *stop);

#ifdef __cplusplus
}
#endif

#endif
