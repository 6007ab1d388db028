/* SPDX-License-Identifier: MIT */
#include "cli/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/terminal.h"
#include "cli/text.h"

#define S_PATIENCE_NS UINT64_C(1000000000) /* what is done sooner needs no bar */
#define S_PERIOD_NS   UINT64_C(100000000)
#define S_BAR_WIDTH   20
#define S_LEAST_TEXT  8

static struct {
    char *what; /* NULL: nothing is shown */
    struct ms_progress_clock clock;
    bool is_shown;
} s_progress;

static uint64_t s_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Of standard error: what `memscope export` writes to standard output may go elsewhere. */
static size_t s_width(void) {
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
        return size.ws_col;
    return 80;
}

static void s_write(const char *text) {
    ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written; /* a bar that cannot be drawn is no failure */
}

bool ms_progress_is_due(struct ms_progress_clock *clock, uint64_t now) {
    if (now < clock->begun + S_PATIENCE_NS ||
        (clock->drawn != 0 && now < clock->drawn + S_PERIOD_NS))
        return false;
    clock->drawn = now;
    return true;
}

char *ms_progress_line(const char *what, double done, size_t width, bool utf8) {
    if (!(done > 0))
        done = 0;
    if (done > 1)
        done = 1;
    /* Blanks and a percentage of four columns beside the bar; the last column stays free. */
    size_t rest = S_BAR_WIDTH + 2 + 4 + 1, room = width > rest ? width - rest : 0;
    char *text = ms_text_cut(what, room > S_LEAST_TEXT ? room : S_LEAST_TEXT, true);
    char *bar = ms_text_bar(done, S_BAR_WIDTH, utf8);
    char *line = ms_cli_format("%s %3d%% %s", text, (int)(done * 100), bar);
    free(bar);
    free(text);
    return line;
}

void ms_progress_begin(const char *what) {
    const char *term = getenv("TERM");
    ms_progress_end();
    if (!isatty(STDERR_FILENO) || term == NULL || strcmp(term, "dumb") == 0)
        return;
    s_progress.what = ms_text_clean(what);
    s_progress.clock = (struct ms_progress_clock){.begun = s_now()};
}

void ms_progress_show(double done) {
    if (s_progress.what == NULL || !ms_progress_is_due(&s_progress.clock, s_now()))
        return;
    char *line = ms_progress_line(s_progress.what, done, s_width(), ms_terminal_get()->utf8);
    char *all = ms_cli_format("\r%s\033[K", line);
    s_write(all);
    s_progress.is_shown = true;
    free(all);
    free(line);
}

void ms_progress_clear(void) {
    if (s_progress.is_shown)
        s_write("\r\033[K");
    s_progress.is_shown = false;
}

void ms_progress_end(void) {
    ms_progress_clear();
    free(s_progress.what);
    s_progress.what = NULL;
}
