/* SPDX-License-Identifier: MIT */
/* The first code of symbols_subject.c is not in that file: its line table begins with this one. */
#ifndef MS_TESTS_SYMBOLS_SUBJECT_CODE_H
#define MS_TESTS_SYMBOLS_SUBJECT_CODE_H

#define NOINLINE __attribute__((noinline, noclone))
/* The call before it is not the last of its function, and so returns to it. */
#define STAY __asm__ volatile("" ::: "memory")

static NOINLINE void s_tell(const char *frames, int a, int b, int c);

static NOINLINE void plain(void) {
    s_tell("plain:%d", __LINE__, 0, 0);
    STAY;
}

static const char s_code_file[] = __FILE__;

#endif
