/* SPDX-License-Identifier: MIT */
/* The names of C++: of programs (symbols_subject_names.cc), and some that are none. */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "subject_check.h"
#include "symbols/demangle.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const char *const s_names_subjects[] = {SYMBOLS_NAMES};

struct s_names {
    uint64_t address;
    char name[128], symbol[128];
};

#define NAME_LINES 6

static size_t s_ask_names(const char *subject, struct s_names out[NAME_LINES]) {
    char line[512];
    size_t count = 0;
    FILE *pipe = popen(subject, "r");
    if (pipe == NULL)
        return 0;
    while (count < NAME_LINES && fgets(line, sizeof(line), pipe) != NULL)
        count += sscanf(line, "%lx\t%127[^\t]\t%127[^\n]", &out[count].address, out[count].name,
                        out[count].symbol) == 3;
    return pclose(pipe) == 0 ? count : 0;
}

static void test_names(void) {
    struct s_names names[NAME_LINES];
    const char *stripped = subject_path("stripped_names");
    for (size_t i = 0; i < LENGTH(s_names_subjects); i++) {
        CU_ASSERT_EQUAL_FATAL(s_ask_names(s_names_subjects[i], names), NAME_LINES);
        CU_ASSERT_EQUAL_FATAL(subject_run("objcopy -g %s %s", s_names_subjects[i], stripped), 0);
        struct subject_opened opened = subject_open(s_names_subjects[i], NULL, 0);
        struct subject_opened bare = subject_open(stripped, NULL, 0);
        for (size_t j = 0; j < NAME_LINES; j++) {
            struct memscope_frame frames[2];
            CU_ASSERT_EQUAL(opened.resolver.find_frames(opened.resolver.context, 1,
                                                        names[j].address, frames, 2),
                            1);
            CU_ASSERT_STRING_EQUAL(frames[0].function, names[j].name);
            bare.resolver.find_frames(bare.resolver.context, 1, names[j].address, frames, 2);
            CU_ASSERT_STRING_EQUAL(frames[0].function, names[j].symbol);
        }
        subject_close(&opened);
        subject_close(&bare);
    }
}

static void test_demangler(void) {
    struct ms_pool pool = {0};
    char name[8000];
    CU_ASSERT_STRING_EQUAL(ms_demangle(&pool, "_ZN2ns1fEi"), "ns::f(int)");
    CU_ASSERT_PTR_NULL(ms_demangle(&pool, "main"));
    CU_ASSERT_PTR_NULL(ms_demangle(&pool, "_Z"));
    CU_ASSERT_PTR_NULL(ms_demangle(&pool, "_ZN2ns1fEi@"));
    /* Each pair has the one before it twice: 2^60 names from 400 letters. */
    size_t length = (size_t)snprintf(name, sizeof(name), "_Z1fSt4pairIiiE");
    for (int i = 0; i < 60; i++)
        length += (size_t)snprintf(name + length, sizeof(name) - length, "St4pairIS%c_S%c_E",
                                   i == 0 ? '_' : '0', i == 0 ? '_' : '0');
    ms_demangle(&pool, name);
    memset(name, 'P', sizeof(name) - 1);
    memcpy(name, "_Z1f", 4);
    name[sizeof(name) - 1] = 0;
    CU_ASSERT_PTR_NULL(ms_demangle(&pool, name));
    ms_pool_fini(&pool);
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("demangle", subject_make_folder, subject_remove_folder);
    CU_ADD_TEST(suite, test_names);
    CU_ADD_TEST(suite, test_demangler);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failures = (int)CU_get_number_of_failures() + (int)CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures != 0;
}
