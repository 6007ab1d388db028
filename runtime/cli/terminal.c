/* SPDX-License-Identifier: MIT */
#include "cli/terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static struct ms_terminal s_terminal;

static bool s_set(const char *variable) {
    const char *value = getenv(variable);
    return value != NULL && value[0] != '\0';
}

static size_t s_width(void) {
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    unsigned long width = columns != NULL ? strtoul(columns, NULL, 10) : 0;
    if (width >= 20 && width <= 10000)
        return width;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
        return size.ws_col;
    return 0;
}

/* Reports are in UTF-8 whatever the user's locale is: their characters are told apart in any case,
 * but only a terminal that shows UTF-8 gets ours. */
void ms_terminal_init(void) {
    const char *term = getenv("TERM");
    bool dumb = term == NULL || strcmp(term, "dumb") == 0;
    setlocale(LC_CTYPE, "");
    s_terminal.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    if (!s_terminal.utf8)
        setlocale(LC_CTYPE, "C.UTF-8");
    s_terminal.width = s_width();
    s_terminal.color = isatty(STDOUT_FILENO) && !dumb && !s_set("NO_COLOR");
}

const struct ms_terminal *ms_terminal_get(void) {
    return &s_terminal;
}
