/* SPDX-License-Identifier: MIT */
/*
 * survivor TRUTH THREADS ROUNDS WAY: threads make, move and free blocks, of which some are another
 * thread's, and each writes down before and after each call what it does, into the shared file
 * TRUTH: however the process ends, that is there. ROUNDS 0: until somebody kills it.
 *
 * survivor TRUTH: prints that file as JSON.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { KINDS = 3, SLOTS = 64, SHARED = 32, THREADS = 16 };

struct red_block {
    long values[3];
};
struct green_block {
    long values[9];
};
struct blue_block {
    long values[40];
};

/* What a thread has begun to do, and what of it is done: at most one call is in between. */
struct count {
    long begun, done;
};
struct truth {
    long tid;
    struct count made[KINDS], made_bytes[KINDS], freed[KINDS], freed_bytes[KINDS];
    long padding[32]; /* no two threads on one line */
};

static volatile struct truth *s_truth;
static void *s_shared[SHARED]; /* by kind: number % KINDS */
static long s_rounds;

static const long s_sizes[KINDS] = {sizeof(struct red_block), sizeof(struct green_block),
                                    sizeof(struct blue_block)};

static void begin_made(volatile struct truth *truth, int kind) {
    truth->made[kind].begun++;
    truth->made_bytes[kind].begun += s_sizes[kind];
}

static void end_made(volatile struct truth *truth, int kind) {
    truth->made[kind].done++;
    truth->made_bytes[kind].done += s_sizes[kind];
}

static __attribute__((noipa)) void *make(volatile struct truth *truth, int kind) {
    void *block;
    begin_made(truth, kind);
    if (kind == 0) {
        struct red_block *red = malloc(sizeof *red); /* red */
        block = red;
    } else if (kind == 1) {
        struct green_block *green = malloc(sizeof *green); /* green */
        block = green;
    } else {
        struct blue_block *blue = calloc(1, sizeof *blue); /* blue */
        block = blue;
    }
    end_made(truth, kind);
    if (!block)
        abort();
    return block;
}

static void drop(volatile struct truth *truth, int kind, void *block) {
    truth->freed[kind].begun++;
    truth->freed_bytes[kind].begun += s_sizes[kind];
    free(block);
    truth->freed[kind].done++;
    truth->freed_bytes[kind].done += s_sizes[kind];
}

/* realloc is a free and an allocation. */
static __attribute__((noipa)) void *move(volatile struct truth *truth, void *block) {
    truth->freed[2].begun++;
    truth->freed_bytes[2].begun += s_sizes[2];
    begin_made(truth, 2);
    struct blue_block *blue = realloc(block, sizeof *blue); /* moved */
    truth->freed[2].done++;
    truth->freed_bytes[2].done += s_sizes[2];
    end_made(truth, 2);
    return blue;
}

static void end(const char *way);

static void *run(void *argument) {
    long number = (long)argument;
    volatile struct truth *truth = &s_truth[number];
    void *slots[SLOTS] = {0};
    unsigned long random = 88172645463325252ul + (unsigned long)number * 7919;
    truth->tid = syscall(SYS_gettid);
    for (long round = 0; s_rounds == 0 || round < s_rounds; round++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        unsigned at = random % SLOTS, kind = at % KINDS, other = random >> 32 & (SHARED - 1);
        if (random >> 40 & 1) { /* give one to the others, free what was there */
            void *mine = make(truth, other % KINDS);
            void *theirs = __atomic_exchange_n(&s_shared[other], mine, __ATOMIC_ACQ_REL);
            if (theirs)
                drop(truth, other % KINDS, theirs);
        } else if (!slots[at]) {
            slots[at] = make(truth, kind);
        } else if (kind == 2 && random >> 41 & 1) {
            slots[at] = move(truth, slots[at]);
        } else {
            drop(truth, kind, slots[at]);
            slots[at] = NULL;
        }
    }
    return NULL;
}

static void *end_elsewhere(void *way) {
    usleep(20000);
    end(way);
    return NULL;
}

/* Until there is no more memory, which is a way to go on for some. */
static void take_all(volatile struct truth *truth) {
    for (;;) {
        begin_made(truth, 2);
        struct blue_block *blue = malloc(sizeof *blue); /* all */
        if (!blue)
            break;
        end_made(truth, 2);
        memset(blue, 1, sizeof *blue);
    }
    truth->made[2].begun = truth->made[2].done;
    truth->made_bytes[2].begun = truth->made_bytes[2].done;
    if (errno != ENOMEM)
        _exit(96);
    exit(12);
}

static void end(const char *way) {
    if (strcmp(way, "segv") == 0)
        *(volatile int *)16 = 1;
    if (strcmp(way, "abort") == 0)
        abort();
    if (strcmp(way, "_exit") == 0)
        _exit(11);
    if (strcmp(way, "quick_exit") == 0)
        quick_exit(11);
    if (strcmp(way, "exit") == 0)
        exit(11);
    if (strcmp(way, "exit_group") == 0)
        syscall(SYS_exit_group, 11);
    if (strcmp(way, "touch") == 0) { /* more memory than there is */
        size_t size = (size_t)1 << 30;
        char *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (pages != MAP_FAILED)
            memset(pages, 1, size);
        _exit(94);
    }
}

static int print_truth(void) {
    static const char *const s_names[KINDS] = {"red", "green", "blue"};
    printf("[");
    for (int i = 0, printed = 0; i < THREADS; i++) {
        if (s_truth[i].tid == 0)
            continue;
        printf("%s{\"tid\":%ld", printed++ ? ",\n" : "", s_truth[i].tid);
        for (int k = 0; k < KINDS; k++) {
            volatile struct truth *t = &s_truth[i];
            printf(",\"%s\":{\"made\":[%ld,%ld],\"made_bytes\":[%ld,%ld],\"freed\":[%ld,%ld],"
                   "\"freed_bytes\":[%ld,%ld]}",
                   s_names[k], t->made[k].done, t->made[k].begun, t->made_bytes[k].done,
                   t->made_bytes[k].begun, t->freed[k].done, t->freed[k].begun,
                   t->freed_bytes[k].done, t->freed_bytes[k].begun);
        }
        printf("}");
    }
    printf("]\n");
    return 0;
}

int main(int argc, char **argv) {
    size_t size = sizeof(struct truth) * THREADS;
    int file = argc > 1 ? open(argv[1], O_RDWR | O_CREAT, 0600) : -1;
    if (file < 0 || ftruncate(file, (off_t)size) != 0)
        return 98;
    s_truth = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (s_truth == MAP_FAILED)
        return 97;
    close(file);
    if (argc == 2)
        return print_truth();
    long count = argc == 5 ? atol(argv[2]) : 0;
    if (count < 1 || count > THREADS)
        return 98;
    s_rounds = atol(argv[3]);
    s_truth[0].tid = getpid();
    if (strcmp(argv[4], "take_all") == 0)
        take_all(&s_truth[0]);
    pthread_t threads[THREADS];
    if (strcmp(argv[4], "stay") != 0 &&
        pthread_create(&threads[0], NULL, end_elsewhere, argv[4]) != 0)
        return 95;
    for (long i = 1; i < count; i++)
        if (pthread_create(&threads[i], NULL, run, (void *)i) != 0)
            return 95;
    run((void *)0);
    for (long i = 1; i < count; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
