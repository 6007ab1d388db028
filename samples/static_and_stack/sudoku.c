/* SPDX-License-Identifier: MIT */
/*
 * sudoku [PUZZLE]: solves it. PUZZLE is 81 characters, row by row, with a dot or 0 for an empty
 * field. No heap: the tables are static, and each guess has a grid of its own on the stack.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <memscope.h>

enum { SIZE = 9, FIELDS = SIZE * SIZE, PEERS = 20, ALL = 0x1ff };

struct grid {
    uint16_t candidates[FIELDS]; /* a bit for each digit that may stand there */
    uint8_t unsolved;
};

/* The fields in the row, the column and the box of each field. */
static uint8_t s_peers[FIELDS][PEERS];

static const char s_example[FIELDS + 1] =
    "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..";

static unsigned s_guesses;

static void make_peers(void) {
    for (int field = 0; field < FIELDS; field++) {
        int count = 0;
        for (int other = 0; other < FIELDS; other++) {
            int row = field / SIZE, column = field % SIZE;
            bool same_box = row / 3 == other / SIZE / 3 && column / 3 == other % SIZE / 3;
            if (other != field && (row == other / SIZE || column == other % SIZE || same_box))
                s_peers[field][count++] = (uint8_t)other;
        }
    }
}

/* FIELD has the one digit BIT, so its peers do not; false: one has none left. */
static bool settle(struct grid *grid, int field, uint16_t bit) {
    grid->candidates[field] = bit;
    grid->unsolved--;
    for (int i = 0; i < PEERS; i++) {
        int peer = s_peers[field][i];
        uint16_t before = grid->candidates[peer];
        if ((before & bit) == 0)
            continue;
        uint16_t left = before & (uint16_t)~bit;
        grid->candidates[peer] = left;
        if (left == 0)
            return false;
        if ((left & (left - 1)) == 0 && !settle(grid, peer, left))
            return false;
    }
    return true;
}

/* The unsolved field with the fewest candidates. */
static int narrowest(const struct grid *grid) {
    int best = -1, fewest = SIZE + 1;
    for (int field = 0; field < FIELDS; field++) {
        int count = __builtin_popcount(grid->candidates[field]);
        if (count > 1 && count < fewest) {
            fewest = count;
            best = field;
        }
    }
    return best;
}

/* Solves GRID in place. */
static bool solve(struct grid *grid) {
    if (grid->unsolved == 0)
        return true;
    int field = narrowest(grid);
    for (uint16_t bit = 1; bit <= ALL; bit <<= 1) {
        if ((grid->candidates[field] & bit) == 0)
            continue;
        MEMSCOPE struct grid guess = *grid;
        s_guesses++;
        if (settle(&guess, field, bit) && solve(&guess)) {
            *grid = guess;
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv) {
    const char *puzzle = argc > 1 ? argv[1] : s_example;
    if (strlen(puzzle) != FIELDS || strspn(puzzle, ".0123456789") != FIELDS) {
        fputs("usage: sudoku [81 digits, with dots for empty fields]\n", stderr);
        return 2;
    }
    make_peers();
    MEMSCOPE struct grid grid = {.unsolved = FIELDS};
    for (int field = 0; field < FIELDS; field++)
        grid.candidates[field] = ALL;
    bool good = true;
    for (int field = 0; good && field < FIELDS; field++) {
        uint16_t bit = puzzle[field] > '0' ? (uint16_t)(1 << (puzzle[field] - '1')) : 0;
        if (bit != 0 && grid.candidates[field] != bit)
            good = (grid.candidates[field] & bit) != 0 && settle(&grid, field, bit);
    }
    if (!good || !solve(&grid)) {
        puts("There is no solution.");
        return 1;
    }
    for (int field = 0; field < FIELDS; field++) {
        int digit = __builtin_ctz(grid.candidates[field]) + 1;
        printf("%d%c", digit, field % SIZE == SIZE - 1 ? '\n' : ' ');
    }
    printf("%u guesses\n", s_guesses);
    return 0;
}
