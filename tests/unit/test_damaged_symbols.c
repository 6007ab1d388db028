/* SPDX-License-Identifier: MIT */
/* Damaged files: fewer names, no crash. */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "subject_check.h"
#include "symbols/dwarf_shim.h"
#include "symbols/elf_file.h"

#define LENGTH(array)  (sizeof(array) / sizeof((array)[0]))
#define WHOLE_SUBJECTS 8 /* come first: of GCC, and not split */

static const char *s_damaged; /* for the child */

static int s_read_damaged(void) {
    struct subject_opened opened = subject_open(s_damaged, NULL, 0);
    struct memscope_frame frames[SUBJECT_FRAME_LIMIT];
    struct memscope_type_layout layout;
    for (uint64_t address = 0x1000; address < 0x2000; address++) {
        size_t found = opened.resolver.find_frames(opened.resolver.context, 1, address, frames,
                                                   SUBJECT_FRAME_LIMIT);
        CHILD_CHECK(found >= 1 && found <= SUBJECT_FRAME_LIMIT);
        if (address % 64 == 0) {
            opened.resolver.find_variable_type(opened.resolver.context, 1, address, "local", true);
            opened.resolver.find_variable_type(opened.resolver.context, 1, address, "g_node", true);
        }
    }
    static const char *const s_names[] = {"struct node", "nameless_t",   "struct spelled",
                                          "*node_ptr",   "struct bits",  "union either",
                                          "int",         "struct absent"};
    for (size_t i = 0; i < LENGTH(s_names); i++)
        opened.resolver.find_type(opened.resolver.context, s_names[i], NULL, &layout);
    subject_close(&opened);
    return 0;
}

static void test_cut_off_files(void) {
    const char *cut = subject_path("cut");
    struct stat info;
    CU_ASSERT_EQUAL_FATAL(stat(subjects[0], &info), 0);
    for (int i = 0; i < 16; i++) {
        CU_ASSERT_EQUAL_FATAL(subject_run("cp %s %s", subjects[0], cut), 0);
        CU_ASSERT_EQUAL_FATAL(truncate(cut, i == 0 ? 20 : info.st_size * i / 16), 0);
        s_damaged = cut;
        CU_ASSERT_EQUAL(child_run(s_read_damaged), 0);
    }
}

/* Writes FILL over SECTION in the file at PATH, or over its second HALF: what is read of the first
 * half is then sound, and what is read after it is reached. False: there is no such section. */
static bool s_overwrite(const char *path, const char *section, int fill, bool half) {
    struct ms_elf file;
    size_t names;
    bool found = false;
    if (ms_elf_open(path, &file) != MS_OK || elf_getshdrstrndx(file.elf, &names) != 0)
        abort();
    FILE *stream = fopen(path, "r+");
    if (stream == NULL)
        abort();
    for (Elf_Scn *at = NULL; (at = elf_nextscn(file.elf, at)) != NULL;) {
        GElf_Shdr header;
        if (gelf_getshdr(at, &header) == NULL ||
            strcmp(elf_strptr(file.elf, names, header.sh_name), section) != 0)
            continue;
        uint64_t first = half ? header.sh_size / 2 : 0;
        fseek(stream, (long)(header.sh_offset + first), SEEK_SET);
        for (uint64_t i = first; i < header.sh_size; i++)
            putc(fill, stream);
        found = true;
    }
    fclose(stream);
    ms_elf_close(&file);
    return found;
}

static void test_overwritten_sections(void) {
    static const char *const s_sections[] = {
        ".debug_info",     ".debug_abbrev",   ".debug_line", ".debug_str", ".debug_line_str",
        ".debug_rnglists", ".debug_aranges",  ".symtab",     ".strtab",    ".debug_ranges",
        ".debug_types",    ".debug_loclists", ".dynamic",    ".shstrtab",
    };
    size_t overwritten = 0;
    for (size_t i = 0; i < WHOLE_SUBJECTS; i++) {
        for (size_t j = 0; j < 4 * LENGTH(s_sections); j++) {
            const char *copy = subject_path("overwritten");
            CU_ASSERT_EQUAL_FATAL(subject_run("cp %s %s", subjects[i], copy), 0);
            if (!s_overwrite(copy, s_sections[j / 4], j & 1 ? 0xff : 0x01, (j & 2) != 0))
                continue;
            overwritten++;
            s_damaged = copy;
            CU_ASSERT_EQUAL(child_run(s_read_damaged), 0);
        }
    }
    CU_ASSERT(overwritten >= 20 * WHOLE_SUBJECTS);
}

static void test_overwritten_supplements(void) {
    static const char *const s_sections[] = {".debug_info", ".debug_abbrev", ".debug_str",
                                             ".debug_line"};
    const char *dir = subject_path("damaged"), *supplement = subject_path("damaged/common.debug");
    s_damaged = subject_path("damaged/program");
    if (strcmp(SYMBOLS_DWZ, "") == 0)
        return;
    for (size_t j = 0; j < 8 * LENGTH(s_sections); j++) {
        if ((j & 4) != 0 && strcmp(s_sections[j / 8], ".debug_str") == 0)
            continue; /* all of it is in the supplement */
        subject_share(dir, "", "common.debug");
        CU_ASSERT(s_overwrite(j & 4 ? s_damaged : supplement, s_sections[j / 8], j & 1 ? 0xff : 1,
                              (j & 2) != 0));
        CU_ASSERT_EQUAL(child_run(s_read_damaged), 0);
    }
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("damaged_symbols", subject_make_folder, subject_remove_folder);
    CU_ADD_TEST(suite, test_cut_off_files);
    CU_ADD_TEST(suite, test_overwritten_sections);
    CU_ADD_TEST(suite, test_overwritten_supplements);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failures = (int)CU_get_number_of_failures() + (int)CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures != 0;
}
