/* SPDX-License-Identifier: MIT */
/* A tree of files that the monitor's readers take for /proc and /sys. */
#ifndef MS_TESTS_FAKE_MACHINE_H
#define MS_TESTS_FAKE_MACHINE_H

#include <CUnit/CUnit.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "monitor/moment.h"

static char s_root[64], s_buffer[8192];

/* Every reader reads, each time. */
static struct ms_moment s_machine(void) {
    strcpy(s_root, "memscope-test-machine.XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(s_root));
    return (struct ms_moment){
        .all = true, .root = s_root, .buffer = s_buffer, .buffer_size = sizeof(s_buffer)};
}

/* PATH of the machine is a file with TEXT in it from now on; its directories are made. */
static void s_put(const char *path, const char *text) {
    char full[512];
    snprintf(full, sizeof(full), "%s%s", s_root, path);
    for (char *at = full; (at = strchr(at + 1, '/')) != NULL; *at = '/') {
        *at = 0;
        mkdir(full, 0700);
    }
    FILE *file = fopen(full, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
}

static inline void s_take(const char *path) {
    char full[512];
    snprintf(full, sizeof(full), "%s%s", s_root, path);
    CU_ASSERT_EQUAL(unlink(full), 0);
}

static int s_remove(const char *path, const struct stat *info, int kind, struct FTW *where) {
    (void)info, (void)kind, (void)where;
    return remove(path);
}

static void s_scrap_machine(void) {
    nftw(s_root, s_remove, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
