/* SPDX-License-Identifier: MIT */
/*
 * The main program of a fuzz target where there is no libFuzzer. TARGET SECONDS [SEED]: changes
 * inputs of the corpus at random and gives them to the target, for so long. TARGET FILE...: gives
 * it these.
 *
 * An input that takes more than ten seconds or a GiB is a failure, as a crash is.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "corpus.h"
#include "fuzz_target.h"

#define LIMIT_MIB 1024
#ifndef LIMIT_SECONDS
#    define LIMIT_SECONDS 10
#endif
#define TEXT2(x) #x
#define TEXT(x)  TEXT2(x)

/* A limit of the address space leaves no room for AddressSanitizer. */
#ifdef __SANITIZE_ADDRESS__
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "hard_rss_limit_mb=" TEXT(LIMIT_MIB) ":max_allocation_size_mb=" TEXT(LIMIT_MIB);
}
static void s_limit_memory(void) {
}
#else
static void s_limit_memory(void) {
    struct rlimit limit = {(rlim_t)LIMIT_MIB << 20, (rlim_t)LIMIT_MIB << 20};
    setrlimit(RLIMIT_AS, &limit);
}
#endif

static void on_alarm(int signal) {
    static const char s_text[] = "\nan input takes too long\n";
    (void)signal;
    if (write(2, s_text, sizeof(s_text) - 1) >= 0)
        abort();
}

/* The bytes of a file; malloc'ed, NULL: errno tells. */
static uint8_t *s_read(const char *path, size_t *size) {
    struct stat info;
    FILE *file = fopen(path, "re");
    uint8_t *data = NULL;
    if (file != NULL && fstat(fileno(file), &info) == 0)
        data = malloc((size_t)info.st_size + 1);
    if (data != NULL)
        *size = fread(data, 1, (size_t)info.st_size, file);
    if (file != NULL)
        fclose(file);
    return data;
}

static void s_try(const uint8_t *data, size_t size) {
    alarm(LIMIT_SECONDS);
    LLVMFuzzerTestOneInput(data, size);
    alarm(0);
}

static int s_try_files(int count, char **files) {
    for (int i = 0; i < count; i++) {
        size_t size = 0;
        uint8_t *data = s_read(files[i], &size);
        if (data == NULL) {
            perror(files[i]);
            return 2;
        }
        s_try(data, size);
        free(data);
    }
    return 0;
}

static double s_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* An input is one of the corpus, changed; every other one is changed further, so that changes
 * add up. */
static void s_fuzz(double seconds, unsigned seed) {
    unsigned long tried = 0;
    for (double end = s_now() + seconds; s_now() < end;) {
        size_t size = 0;
        uint8_t *data = corpus_make((unsigned)rand_r(&seed), &size);
        for (int rounds = 1 + rand_r(&seed) % 8; rounds-- != 0; tried++) {
            size = LLVMFuzzerCustomMutator(data, size, size, (unsigned)rand_r(&seed));
            s_try(data, size);
        }
        free(data);
    }
    printf("%lu inputs in %g seconds\n", tried, seconds);
}

int main(int argc, char **argv) {
    char *end = argv[0];
    double seconds = argc > 1 ? strtod(argv[1], &end) : 0;
    signal(SIGALRM, on_alarm);
    s_limit_memory();
    if (argc < 2) {
        fprintf(stderr, "usage: %s SECONDS [SEED] or %s FILE...\n", argv[0], argv[0]);
        return 2;
    }
    if (*end != '\0')
        return s_try_files(argc - 1, argv + 1);
    s_fuzz(seconds, argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 1);
    return 0;
}
