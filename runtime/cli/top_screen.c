/* SPDX-License-Identifier: MIT */
#include "cli/top_screen.h"

#include <curses.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/terminal.h"
#include "cli/text.h"
#include "cli/top_lines.h"

#define S_HEAD_LINES 4
#define S_ESCAPE     27

static SCREEN *s_screen;
static int s_stderr = -1, s_kept = -1; /* the real one, and what stands in for it */

/* ---- up and down ---- */

/* A line in the middle of the screen would be gone at its end, and disturb it until then. */
static void s_keep_back_stderr(void) {
    s_kept = memfd_create("memscope-top", MFD_CLOEXEC);
    s_stderr = dup(STDERR_FILENO);
    if (s_kept >= 0 && s_stderr >= 0)
        dup2(s_kept, STDERR_FILENO);
}

static void s_give_stderr(void) {
    char text[4096];
    ssize_t size;
    if (s_kept >= 0 && s_stderr >= 0) {
        dup2(s_stderr, STDERR_FILENO);
        lseek(s_kept, 0, SEEK_SET);
        while ((size = read(s_kept, text, sizeof(text))) > 0) {
            if (write(STDERR_FILENO, text, (size_t)size) != size)
                break;
        }
    }
    if (s_kept >= 0)
        close(s_kept);
    if (s_stderr >= 0)
        close(s_stderr);
    s_kept = s_stderr = -1;
}

bool ms_top_screen_open(void) {
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        ms_cli_fail("top: standard input or output is no terminal; --once prints one table");
        return false;
    }
    s_screen = newterm(NULL, stdout, stdin);
    if (s_screen == NULL) {
        const char *term = getenv("TERM");
        ms_cli_fail("top: the terminal TERM=%s is not known; --once prints one table",
                    term != NULL ? term : "");
        return false;
    }
    atexit(ms_top_screen_close);
    s_keep_back_stderr();
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    set_escdelay(50);
    curs_set(0);
    return true;
}

void ms_top_screen_close(void) {
    if (s_screen == NULL)
        return;
    curs_set(1);
    endwin();
    delscreen(s_screen);
    s_screen = NULL;
    s_give_stderr();
}

/* ---- drawing ---- */

/* TEXT on line Y; a terminal that cannot show it gets '?'. */
static void s_put(int y, const char *text, chtype look) {
    char *line = ms_top_line_fit(text, (size_t)COLS);
    for (char *at = line; !ms_terminal_get()->utf8 && *at != '\0'; at++) {
        if ((unsigned char)*at >= 0x80)
            *at = '?';
    }
    attrset((attr_t)look);
    mvaddstr(y, 0, line);
    attrset(A_NORMAL);
    free(line);
}

static void s_put_owned(int y, char *text, chtype look) {
    s_put(y, text, look);
    free(text);
}

static size_t s_body_lines(void) {
    return LINES > S_HEAD_LINES + 1 ? (size_t)(LINES - S_HEAD_LINES - 1) : 0;
}

static void s_draw_tabs(const struct ms_top_state *state) {
    static const char *const s_views[] = {
#define X(name, title) title,
        MS_TOP_VIEWS(X)
#undef X
    };
    static const char *const s_sorts[] = {
#define X(name, title) title,
        MS_TOP_SORTS(X)
#undef X
    };
    char *line = ms_cli_copy("");
    for (int i = 0; i < MS_TOP_VIEW_COUNT; i++) {
        bool shown = i == (int)state->view;
        char *longer = ms_cli_format("%s%s%d %s%s ", line, shown ? "[" : " ", i + 1, s_views[i],
                                     shown ? "]" : " ");
        free(line);
        line = longer;
    }
    char *all = ms_cli_format("%s by %s%s%s", line, s_sorts[state->sort],
                              state->filter[0] != '\0' ? ", with " : "", state->filter);
    s_put_owned(2, all, A_NORMAL);
    free(line);
}

static void s_draw_table(struct ms_top_state *state, const struct ms_top_table *table) {
    size_t count, lines = s_body_lines();
    const struct ms_top_row **rows = ms_top_pick(table, state->sort, state->filter, &count);
    if (state->selected >= count)
        state->selected = count != 0 ? count - 1 : 0;
    if (state->selected < state->first)
        state->first = state->selected;
    if (lines != 0 && state->selected >= state->first + lines)
        state->first = state->selected - lines + 1;
    s_put_owned(3, ms_top_line_titles(state->view, (size_t)COLS), A_BOLD);
    for (size_t i = 0; i < lines && state->first + i < count; i++)
        s_put_owned(S_HEAD_LINES + (int)i, ms_top_line_row(rows[state->first + i], (size_t)COLS),
                    state->first + i == state->selected ? A_REVERSE : A_NORMAL);
    if (count == 0)
        s_put(S_HEAD_LINES, table->count != 0 ? "(nothing matches)" : "(nothing recorded yet)",
              A_NORMAL);
    free(rows);
}

static void s_draw_stacks(struct ms_top_state *state) {
    size_t count = 0, lines = s_body_lines();
    while (state->stacks[count] != NULL)
        count++;
    size_t last = count > lines ? count - lines : 0;
    if (state->first > last)
        state->first = last;
    char *title = ms_cli_format("stacks of %s", state->stacks_of);
    s_put_owned(3, title, A_BOLD);
    for (size_t i = 0; i < lines && state->first + i < count; i++)
        s_put(S_HEAD_LINES + (int)i, state->stacks[state->first + i], A_NORMAL);
}

static void s_draw_help(const struct ms_top_state *state) {
    if (state->types_filter)
        s_put_owned(LINES - 1, ms_cli_format("/%s_", state->filter), A_BOLD);
    else if (state->stacks != NULL)
        s_put(LINES - 1, "arrows, PgUp, PgDn: scroll   Enter, Esc: back   q: quit", A_DIM);
    else
        s_put(LINES - 1, "1-4, Tab: view   s: sort   /: filter   Enter: stacks   q: quit", A_DIM);
}

void ms_top_screen_draw(struct ms_top_state *state, const struct memscope_report *report,
                        const struct ms_top_table *table) {
    erase();
    s_put_owned(0, ms_top_line_process(report), A_BOLD);
    s_put_owned(1, ms_top_line_heap(report), A_NORMAL);
    s_draw_tabs(state);
    if (state->stacks != NULL)
        s_draw_stacks(state);
    else
        s_draw_table(state, table);
    s_draw_help(state);
    refresh();
}

/* ---- keys ---- */

static void s_close_stacks(struct ms_top_state *state) {
    ms_top_stacks_free(state->stacks);
    free(state->stacks_of);
    state->stacks = NULL;
    state->stacks_of = NULL;
    state->first = 0;
}

static void s_open_stacks(struct ms_top_state *state, const struct memscope_report *report,
                          const struct ms_top_table *table) {
    size_t count;
    const struct ms_top_row **rows = ms_top_pick(table, state->sort, state->filter, &count);
    if (state->selected < count) {
        state->stacks_of = ms_cli_copy(rows[state->selected]->name);
        state->stacks = ms_top_stacks(report, state->view, state->stacks_of);
        state->first = 0;
    }
    free(rows);
}

static void s_show(struct ms_top_state *state, unsigned view) {
    state->view = (enum ms_top_view)(view % MS_TOP_VIEW_COUNT);
    state->selected = state->first = 0;
}

static void s_move(struct ms_top_state *state, long by) {
    size_t *place = state->stacks != NULL ? &state->first : &state->selected;
    if (by < 0)
        *place = *place > (size_t)-by ? *place - (size_t)-by : 0;
    else
        *place += (size_t)by;
}

static void s_key_in_filter(struct ms_top_state *state, int key) {
    size_t length = strlen(state->filter);
    if (key == '\r' || key == '\n' || key == KEY_ENTER) {
        state->types_filter = false;
    } else if (key == S_ESCAPE) {
        state->types_filter = false;
        state->filter[0] = '\0';
    } else if (key == KEY_BACKSPACE || key == 127 || key == 8) {
        if (length != 0)
            state->filter[length - 1] = '\0';
    } else if (key >= ' ' && key < 127 && length + 1 < sizeof(state->filter)) {
        state->filter[length] = (char)key;
        state->filter[length + 1] = '\0';
    }
    state->selected = state->first = 0;
}

static void s_key_that_moves(struct ms_top_state *state, int key) {
    long page = (long)s_body_lines();
    if (key == KEY_UP || key == 'k')
        s_move(state, -1);
    else if (key == KEY_DOWN || key == 'j')
        s_move(state, 1);
    else if (key == KEY_PPAGE)
        s_move(state, -page);
    else if (key == KEY_NPAGE)
        s_move(state, page);
    else if (key == KEY_HOME)
        s_move(state, -1000000000);
    else if (key == KEY_END)
        s_move(state, 1000000000);
}

static void s_key(struct ms_top_state *state, int key, const struct memscope_report *report,
                  const struct ms_top_table *table) {
    bool enter = key == '\r' || key == '\n' || key == KEY_ENTER;
    if (state->types_filter)
        s_key_in_filter(state, key);
    else if (key == 'q' || key == 'Q')
        state->quit = true;
    else if (state->stacks != NULL && (enter || key == S_ESCAPE))
        s_close_stacks(state);
    else if (state->stacks != NULL)
        s_key_that_moves(state, key);
    else if (key >= '1' && key < '1' + MS_TOP_VIEW_COUNT)
        s_show(state, (unsigned)(key - '1'));
    else if (key == '\t')
        s_show(state, state->view + 1u);
    else if (key == KEY_BTAB)
        s_show(state, state->view + MS_TOP_VIEW_COUNT - 1u);
    else if (key == 's')
        state->sort = (enum ms_top_sort)((state->sort + 1u) % MS_TOP_SORT_COUNT);
    else if (key == '/')
        state->types_filter = true;
    else if (enter)
        s_open_stacks(state, report, table);
    else
        s_key_that_moves(state, key);
}

bool ms_top_screen_keys(struct ms_top_state *state, const struct memscope_report *report,
                        const struct ms_top_table *tables) {
    int key;
    bool changed = false;
    while (!state->quit && (key = getch()) != ERR) {
        changed = true;
        if (key != KEY_RESIZE) /* the library knows the new size by now */
            s_key(state, key, report, &tables[state->view]);
    }
    if (state->quit)
        s_close_stacks(state);
    return changed;
}
