/* SPDX-License-Identifier: MIT */
#include "manual/completions.h"

#include <string.h>

#include "base/options.h"
#include "cli/leak_rows.h"
#include "manual/help_text.h"

/* ---- what is completed ---- */

/* Options whose values are one of a list. */
static const struct {
    const char *command, *option, *values;
} s_lists[] = {
    {
        "export",
        "format",
#define X(name, extension, takes, summary) " " #name
#include "export/exporters.def"
#undef X
    },
#define X(name, spelling, ...) " " spelling
    {"run", "preset", MS_PRESETS(X)},
    {"leaks", "by", MS_LEAK_GROUPS(X)},
#undef X
};

/* With a blank in front; NULL: there is no list. */
static const char *s_values(const struct ms_command *command, const struct ms_help_option *option) {
    for (size_t i = 0; i < sizeof(s_lists) / sizeof(s_lists[0]); i++) {
        if (strcmp(s_lists[i].command, command->name) == 0 &&
            strcmp(s_lists[i].option, option->name) == 0)
            return s_lists[i].values;
    }
    return NULL;
}

/* As the help calls the value. */
static bool s_is_directory(const struct ms_help_option *option) {
    return option->argument != NULL && strncmp(option->argument, "DIR", 3) == 0;
}

static bool s_is_file(const struct ms_help_option *option) {
    return option->argument != NULL &&
           (strncmp(option->argument, "FILE", 4) == 0 || strncmp(option->argument, "OUT", 3) == 0 ||
            strncmp(option->argument, "LIST", 4) == 0 || strncmp(option->argument, "OLD", 3) == 0);
}

/* What a command takes besides its options. */
enum s_operands { S_NOTHING, S_COMMANDS, S_PROGRAM, S_JOURNALS, S_FILES };

/* As the help calls them. */
static enum s_operands s_operands(const struct ms_command *command) {
    if (strncmp(command->arguments, "[COMMAND", 8) == 0)
        return S_COMMANDS;
    if (strstr(command->arguments, "PROGRAM") != NULL)
        return S_PROGRAM;
    if (strncmp(command->arguments, "ARGUMENTS OF", 12) == 0)
        return S_FILES;
    return strstr(command->arguments, "FILE") != NULL || strstr(command->arguments, "OLD") != NULL
               ? S_JOURNALS
               : S_NOTHING;
}

/* TEXT up to a semicolon, with a backslash before what is in SPECIAL. ' is left out: shells have
 * no common way to write it in quotes. */
static void s_print(FILE *file, const char *text, const char *special) {
    for (; *text != '\0' && *text != ';'; text++) {
        if (*text == '\'')
            continue;
        if (strchr(special, *text) != NULL)
            fputc('\\', file);
        fputc(*text, file);
    }
}

typedef void s_option_fn(FILE *file, const struct ms_command *command,
                         const struct ms_help_option *option);

static bool s_each_option(FILE *file, const struct ms_command *command, s_option_fn *print) {
    struct ms_help_options options;
    bool good = ms_help_options_read(&options, command);
    for (size_t i = 0; good && i < options.count; i++)
        print(file, command, &options.all[i]);
    ms_help_options_free(&options);
    return good;
}

/* ---- bash ---- */

static void s_bash_word(FILE *file, const struct ms_command *command,
                        const struct ms_help_option *option) {
    (void)command;
    fprintf(file, " --%s", option->name);
}

static void s_bash_value(FILE *file, const struct ms_command *command,
                         const struct ms_help_option *option) {
    if (option->argument == NULL)
        return;
    fprintf(file, "    '%s --%s'", command->name, option->name);
    if (option->letter != '\0')
        fprintf(file, " | '%s -%c'", command->name, option->letter);
    if (s_values(command, option) != NULL)
        fprintf(file, ") words='%s' ;;\n", s_values(command, option) + 1);
    else if (s_is_directory(option))
        fputs(") _memscope_reply -d; return ;;\n", file);
    else if (s_is_file(option))
        fputs(") _memscope_reply -f; return ;;\n", file);
    else
        fputs(") return ;;\n", file);
}

static const char s_bash_head[] =
    "# bash completion for memscope; made of its own tables\n\n"
    "# _memscope_reply ARGUMENTS OF COMPGEN...: one reply a line of what it prints.\n"
    "_memscope_reply() {\n"
    "    local IFS=$'\\n'\n"
    "    compopt -o filenames 2>/dev/null\n"
    "    COMPREPLY+=($(compgen \"$@\" -- \"$current\"))\n"
    "}\n\n"
    "_memscope_journals() {\n"
    "    \"${COMP_WORDS[0]}\" list 2>/dev/null | awk 'NR > 1 { print $1; print $2 }'\n"
    "}\n\n"
    "_memscope() {\n"
    "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    local command=${COMP_WORDS[1]} words='' i\n"
    "    COMPREPLY=()\n"
    "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
    "        COMPREPLY=($(compgen -W \"$_memscope_commands --help --version\" -- \"$current\"))\n"
    "        return\n"
    "    fi\n";

bool ms_completions_bash(FILE *file) {
    size_t count;
    bool good = true;
    const struct ms_command *const *commands = ms_cli_commands(&count);
    fputs(s_bash_head, file);
    fputs("    case \"$command $previous\" in\n", file);
    for (size_t i = 0; i < count; i++)
        good &= s_each_option(file, commands[i], s_bash_value);
    fputs("    esac\n"
          "    if [ -n \"$words\" ]; then\n"
          "        COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
          "        return\n"
          "    fi\n"
          "    case $command in\n",
          file);
    for (size_t i = 0; good && i < count; i++) {
        const struct ms_command *command = commands[i];
        fprintf(file, "    %s)\n", command->name);
        if (s_operands(command) == S_PROGRAM)
            fputs("        for ((i = 2; i < COMP_CWORD; i++)); do\n"
                  "            [ \"${COMP_WORDS[i]}\" = -- ] || continue\n"
                  "            if [ $((i + 1)) -eq \"$COMP_CWORD\" ]; then\n"
                  "                _memscope_reply -c\n"
                  "            fi\n"
                  "            _memscope_reply -f\n"
                  "            return\n"
                  "        done\n",
                  file);
        fputs("        words='", file);
        good &= s_each_option(file, command, s_bash_word);
        static const char *const s_ends[] = {
            [S_NOTHING] = "'",
            [S_PROGRAM] = "'",
            [S_COMMANDS] = "'\" options $_memscope_commands\"",
            [S_JOURNALS] = "'\n        [[ $current == -* ]] || words=$(_memscope_journals)\n"
                           "        [[ $current == -* ]] || _memscope_reply -f",
            [S_FILES] = "'; _memscope_reply -f",
        };
        fprintf(file, "%s ;;\n", s_ends[s_operands(command)]);
    }
    fputs("    esac\n"
          "    COMPREPLY+=($(compgen -W \"$words\" -- \"$current\"))\n"
          "}\n\n"
          "_memscope_commands='",
          file);
    for (size_t i = 0; i < count; i++)
        fprintf(file, "%s%s", i != 0 ? " " : "", commands[i]->name);
    fputs("'\ncomplete -F _memscope memscope\n", file);
    return good;
}

/* ---- zsh ---- */

static void s_zsh_option(FILE *file, const struct ms_command *command,
                         const struct ms_help_option *option) {
    const char *equals = option->argument != NULL ? "=" : "";
    fputs(" \\\n            ", file);
    if (option->letter != '\0')
        fprintf(file, "'(-%c --%s)'{-%c,--%s%s}'[", option->letter, option->name, option->letter,
                option->name, equals);
    else
        fprintf(file, "'--%s%s[", option->name, equals);
    s_print(file, option->text, "[]:\\");
    fputc(']', file);
    if (option->argument != NULL) {
        fputc(':', file);
        s_print(file, option->argument, ":\\");
        if (s_values(command, option) != NULL)
            fprintf(file, ":(%s)", s_values(command, option) + 1);
        else
            fputs(s_is_directory(option) ? ":_files -/"
                  : s_is_file(option)    ? ":_files"
                                         : ": ",
                  file);
    }
    fputc('\'', file);
}

bool ms_completions_zsh(FILE *file) {
    size_t count;
    bool good = true;
    const struct ms_command *const *commands = ms_cli_commands(&count);
    fputs("#compdef memscope\n# made of memscope's own tables\n\n"
          "_memscope_journals() {\n"
          "    local -a journals\n"
          "    journals=(${(f)\"$(memscope list 2>/dev/null | awk 'NR > 1 { print $1; print $2 "
          "}')\"})\n"
          "    _alternative \"journals:journal:($journals)\" 'files:file:_files'\n"
          "}\n\n"
          "_memscope() {\n"
          "    local -a subcommands\n"
          "    subcommands=(\n",
          file);
    for (size_t i = 0; i < count; i++) {
        fprintf(file, "        '%s:", commands[i]->name);
        s_print(file, commands[i]->summary, ":\\");
        fputs("'\n", file);
    }
    fputs("    )\n"
          "    if ((CURRENT == 2)); then\n"
          "        _describe command subcommands\n"
          "        return\n"
          "    fi\n"
          "    shift words\n"
          "    ((CURRENT--))\n"
          "    case $words[1] in\n",
          file);
    for (size_t i = 0; good && i < count; i++) {
        const struct ms_command *command = commands[i];
        fprintf(file, "    %s)\n        _arguments", command->name);
        good &= s_each_option(file, command, s_zsh_option);
        static const char *const s_ends[] = {
            [S_NOTHING] = "",
            [S_COMMANDS] = " '1:command:(options ${subcommands%%:*})'",
            [S_PROGRAM] = " \\\n            '*:::program: _normal'",
            [S_JOURNALS] = " \\\n            '*:journal:_memscope_journals'",
            [S_FILES] = " '*:file:_files'",
        };
        fprintf(file, "%s ;;\n", s_ends[s_operands(command)]);
    }
    fputs("    esac\n}\n\n_memscope \"$@\"\n", file);
    return good;
}

/* ---- fish ---- */

static void s_fish_option(FILE *file, const struct ms_command *command,
                          const struct ms_help_option *option) {
    fprintf(file, "complete -c memscope -n '__fish_seen_subcommand_from %s' -l %s", command->name,
            option->name);
    if (option->letter != '\0')
        fprintf(file, " -s %c", option->letter);
    if (s_values(command, option) != NULL)
        fprintf(file, " -x -a '%s'", s_values(command, option) + 1);
    else if (s_is_directory(option))
        fputs(" -x -a '(__fish_complete_directories)'", file);
    else if (option->argument != NULL)
        fputs(s_is_file(option) ? " -r -F" : " -x", file);
    fputs(" -d '", file);
    s_print(file, option->text, "\\");
    fputs("'\n", file);
}

bool ms_completions_fish(FILE *file) {
    size_t count;
    bool good = true;
    const struct ms_command *const *commands = ms_cli_commands(&count);
    fputs("# made of memscope's own tables\n"
          "function __memscope_journals\n"
          "    memscope list 2>/dev/null | awk 'NR > 1 { print $1; print $2 }'\n"
          "end\n"
          "complete -c memscope -f\n"
          "complete -c memscope -n __fish_use_subcommand -l help -d 'list the commands'\n"
          "complete -c memscope -n __fish_use_subcommand -l version -d 'print the version'\n",
          file);
    for (size_t i = 0; good && i < count; i++) {
        const struct ms_command *command = commands[i];
        fprintf(file, "complete -c memscope -n __fish_use_subcommand -a %s -d '", command->name);
        s_print(file, command->summary, "\\");
        fputs("'\n", file);
        fprintf(file, "complete -c memscope -n '__fish_seen_subcommand_from help' -a %s\n",
                command->name);
        static const char *const s_takes[] = {
            [S_NOTHING] = NULL,
            [S_COMMANDS] = NULL, /* told above, one by one */
            [S_PROGRAM] = " -a '(__fish_complete_subcommand)'",
            [S_JOURNALS] = " -a '(__memscope_journals)'",
            [S_FILES] = "",
        };
        const char *takes = s_takes[s_operands(command)];
        if (takes != NULL)
            fprintf(file, "complete -c memscope -n '__fish_seen_subcommand_from %s' -F%s\n",
                    command->name, takes);
        good &= s_each_option(file, command, s_fish_option);
    }
    return good;
}
