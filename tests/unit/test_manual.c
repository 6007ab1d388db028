/* SPDX-License-Identifier: MIT */
/* The help of commands taken apart, and that it has to agree with the options they take. */
#include <CUnit/Basic.h>
#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "manual/help_text.h"

static const struct option s_table[] = {
    {"output", required_argument, NULL, 'o'},
    {"baseline", required_argument, NULL, 'b'},
    {"max-growth", required_argument, NULL, 'm'},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const char s_help[] = "Prose of\n"
                             "two lines.\n\n"
                             "    an example\n\n"
                             "  -o, --output FILE  where to; -: standard\n"
                             "                     output\n"
                             "  --baseline OLD --max-growth P%\n"
                             "                     both\n"
                             "      --quiet        say nothing\n\n"
                             "Formats:\n"
                             "  json (.json): a format\n";

static const struct ms_help_option *s_named(const struct ms_help_options *options,
                                            const char *name) {
    for (size_t i = 0; i < options->count; i++) {
        if (strcmp(options->all[i].name, name) == 0)
            return &options->all[i];
    }
    CU_FAIL_FATAL("there is no such option");
    return NULL;
}

static void s_lines(void) {
    static const enum ms_help_kind s_kinds[] = {
        MS_HELP_PROSE, MS_HELP_PROSE, MS_HELP_BLANK, MS_HELP_EXAMPLE, MS_HELP_BLANK,
        MS_HELP_ITEM,  MS_HELP_MORE,  MS_HELP_ITEM,  MS_HELP_MORE,    MS_HELP_ITEM,
        MS_HELP_BLANK, MS_HELP_PROSE, MS_HELP_ITEM,
    };
    size_t count;
    struct ms_help_line *lines = ms_help_lines(s_help, &count);
    CU_ASSERT_EQUAL_FATAL(count, sizeof(s_kinds) / sizeof(s_kinds[0]));
    for (size_t i = 0; i < count; i++)
        CU_ASSERT_EQUAL(lines[i].kind, s_kinds[i]);
    CU_ASSERT_STRING_EQUAL(lines[3].text, "an example");
    CU_ASSERT_STRING_EQUAL(lines[5].term, "-o, --output FILE");
    CU_ASSERT_STRING_EQUAL(lines[5].text, "where to; -: standard");
    CU_ASSERT_STRING_EQUAL(lines[7].text, "");
    CU_ASSERT_STRING_EQUAL(lines[12].term, "json (.json)");
    CU_ASSERT_STRING_EQUAL(lines[12].text, "a format");
    ms_help_lines_free(lines, count);
}

static void s_options(void) {
    struct ms_command command = {.name = "made", .help = s_help, .options = s_table};
    struct ms_help_options options;
    CU_ASSERT_TRUE(ms_help_options_read(&options, &command));
    CU_ASSERT_EQUAL(options.count, 5);
    const struct ms_help_option *output = s_named(&options, "output");
    CU_ASSERT_EQUAL(output->letter, 'o');
    CU_ASSERT_STRING_EQUAL(output->argument, "FILE");
    CU_ASSERT_STRING_EQUAL(output->text, "where to; -: standard output");
    CU_ASSERT_STRING_EQUAL(s_named(&options, "baseline")->argument, "OLD");
    CU_ASSERT_STRING_EQUAL(s_named(&options, "max-growth")->argument, "P%");
    CU_ASSERT_STRING_EQUAL(s_named(&options, "max-growth")->text, "both");
    CU_ASSERT_PTR_NULL(s_named(&options, "quiet")->argument);
    ms_help_options_free(&options);
}

/* What it says on standard error is not wanted here. */
static bool s_agree(const char *help, const struct option *table) {
    struct ms_command command = {.name = "made", .help = help, .options = table};
    struct ms_help_options options;
    int kept = dup(STDERR_FILENO), nothing = open("/dev/null", O_WRONLY);
    dup2(nothing, STDERR_FILENO);
    bool good = ms_help_options_read(&options, &command);
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(nothing);
    ms_help_options_free(&options);
    return good;
}

static void s_differences(void) {
    static const struct option s_one[] = {{"loud", no_argument, NULL, 'l'}, {NULL, 0, NULL, 0}};
    static const struct option s_valued[] = {{"loud", required_argument, NULL, 'l'},
                                             {NULL, 0, NULL, 0}};
    CU_ASSERT_TRUE(s_agree("  --loud  say more\n", s_one));
    CU_ASSERT_FALSE(s_agree("Says more.\n", s_one));            /* an option without help */
    CU_ASSERT_FALSE(s_agree("  --loud  say more\n", NULL));     /* help without the option */
    CU_ASSERT_FALSE(s_agree("  --loud  say more\n", s_valued)); /* no name for its value */
    CU_ASSERT_FALSE(
        s_agree("  --loud N say more\n", s_valued)); /* its text looks like the value's */
    CU_ASSERT_TRUE(s_agree("  --loud N  say more\n", s_valued));
}

/* Those of the program itself. */
static void s_commands(void) {
    size_t count;
    const struct ms_command *const *commands = ms_cli_commands(&count);
    for (size_t i = 0; i < count; i++) {
        struct ms_help_options options;
        CU_ASSERT_TRUE(ms_help_options_read(&options, commands[i]));
        ms_help_options_free(&options);
    }
}

int main(void) {
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("manual", NULL, NULL);
    CU_add_test(suite, "lines of a help", s_lines);
    CU_add_test(suite, "options of a help", s_options);
    CU_add_test(suite, "a help that differs from the options", s_differences);
    CU_add_test(suite, "the help of every command", s_commands);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures != 0;
}
