/* SPDX-License-Identifier: MIT */
#include "symbols/dwarf_lines.h"

#include <stdlib.h>
#include <string.h>

#include "symbols/grow.h"

struct s_row {
    uint64_t address;
    uint32_t line, file, column; /* line and column 0: none */
};

/* The rows of a sequence go up in address and stand for code without gaps, up to its end. */
struct ms_lines {
    struct s_row *rows;
    size_t row_count, row_capacity;
    struct s_sequence {
        size_t first, count; /* rows */
    } * sequences;
    size_t sequence_count, sequence_capacity;
    struct ms_ranges ranges; /* owner: index of the sequence */
    const char **files;      /* by number; the paths are the pool's of the ms_dwarf */
    size_t file_count;
    bool never_file_0; /* a row that seems to be of file 0 is of file 1 */
};

/* Where the directory with index 0 and the file with number 0 stand differs: DWARF 5 counts both
 * from 0, and 0 is the directory of compilation; before, 0 was that directory and not in the list.
 */
static const char *s_file_name(struct ms_dwarf *dwarf, Dwarf_Line_Context table,
                               Dwarf_Signed number) {
    Dwarf_Error error = NULL;
    const char *name = NULL, *directory = NULL;
    Dwarf_Unsigned directory_index = 0, time, length;
    Dwarf_Form_Data16 *checksum;
    if (!ms_die_ok(dwarf->debug,
                   dwarf_srclines_files_data_b(table, number, &name, &directory_index, &time,
                                               &length, &checksum, &error),
                   error) ||
        name == NULL)
        return NULL;
    error = NULL;
    if (name[0] == '/' || directory_index == 0 || directory_index > INT32_MAX ||
        !ms_die_ok(dwarf->debug,
                   dwarf_srclines_include_dir_data(table, (Dwarf_Signed)directory_index, &directory,
                                                   &error),
                   error) ||
        directory == NULL)
        return name;
    return ms_pool_join(&dwarf->pool, directory, "/", name);
}

static void s_read_files(struct ms_lines *lines, struct ms_dwarf *dwarf, Dwarf_Line_Context table) {
    Dwarf_Error error = NULL;
    Dwarf_Signed first = 0, count = 0, end = 0;
    if (!ms_die_ok(dwarf->debug, dwarf_srclines_files_indexes(table, &first, &count, &end, &error),
                   error) ||
        first < 0 || end <= first || end > INT32_MAX)
        return;
    lines->files = calloc((size_t)end, sizeof(*lines->files));
    if (lines->files == NULL)
        return;
    lines->file_count = (size_t)end;
    for (Dwarf_Signed i = first; i < end; i++)
        lines->files[i] = s_file_name(dwarf, table, i);
}

/* Ends the sequence of rows from FIRST on at address END. */
static bool s_end_sequence(struct ms_lines *lines, size_t first, uint64_t end) {
    size_t count = lines->row_count - first;
    if (count == 0 || lines->rows[first].address == 0 || end <= lines->rows[first].address) {
        lines->row_count = first;
        return true;
    }
    if (lines->sequence_count >= MS_RANGE_NONE ||
        !ms_grow_room(&lines->sequences, lines->sequence_count, &lines->sequence_capacity,
                      sizeof(*lines->sequences)))
        return false;
    uint32_t index = (uint32_t)lines->sequence_count++;
    lines->sequences[index] = (struct s_sequence){first, count};
    return ms_ranges_add(&lines->ranges, lines->rows[first].address, end, index);
}

static void s_read_rows(struct ms_lines *lines, Dwarf_Debug debug, Dwarf_Line *table,
                        Dwarf_Signed count) {
    size_t first = 0;
    for (Dwarf_Signed i = 0; i < count; i++) {
        Dwarf_Error error = NULL;
        Dwarf_Addr address = 0;
        Dwarf_Unsigned line = 0, file = 0, column = 0;
        Dwarf_Bool ends = 0;
        if (!ms_die_ok(debug, dwarf_lineaddr(table[i], &address, &error), error) ||
            !ms_die_ok(debug, dwarf_lineendsequence(table[i], &ends, &error), error))
            return;
        if (ends) {
            if (!s_end_sequence(lines, first, address))
                return;
            first = lines->row_count;
            continue;
        }
        if (!ms_die_ok(debug, dwarf_lineno(table[i], &line, &error), error) ||
            !ms_die_ok(debug, dwarf_line_srcfileno(table[i], &file, &error), error) ||
            !ms_die_ok(debug, dwarf_lineoff_b(table[i], &column, &error), error))
            return;
        if (file == 0 && lines->never_file_0)
            file = 1;
        if (lines->row_count > first && address < lines->rows[lines->row_count - 1].address)
            continue; /* against the standard: would break the search */
        if (!ms_grow_room(&lines->rows, lines->row_count, &lines->row_capacity,
                          sizeof(*lines->rows)))
            return;
        lines->rows[lines->row_count++] =
            (struct s_row){address, line > UINT32_MAX ? 0 : (uint32_t)line,
                           file > UINT32_MAX ? UINT32_MAX : (uint32_t)file,
                           column > UINT32_MAX ? 0 : (uint32_t)column};
    }
}

struct ms_lines *ms_lines_read(struct ms_dwarf *dwarf, const struct ms_unit *unit) {
    Dwarf_Die die = NULL;
    struct ms_lines *lines = calloc(1, sizeof(*lines));
    if (lines == NULL || !ms_die_open(dwarf->debug, unit->place, &die)) {
        free(lines);
        return NULL;
    }
    /* GCC and its assembler never name file 0 in a line program; others do. */
    const char *producer = unit->code_unit != NULL ? unit->code_unit->producer : unit->producer;
    lines->never_file_0 =
        MS_SHIM_FILE_BEGINS_AT_0 && producer != NULL && strncmp(producer, "GNU ", 4) == 0;
    Dwarf_Error error = NULL;
    Dwarf_Unsigned version = 0;
    Dwarf_Small tables = 0;
    Dwarf_Line_Context table = NULL;
    if (ms_die_ok(dwarf->debug, dwarf_srclines_b(die, &version, &tables, &table, &error), error)) {
        Dwarf_Line *rows = NULL;
        Dwarf_Signed count = 0;
        s_read_files(lines, dwarf, table);
        error = NULL;
        if (tables == 1 &&
            ms_die_ok(dwarf->debug, dwarf_srclines_from_linecontext(table, &rows, &count, &error),
                      error))
            s_read_rows(lines, dwarf->debug, rows, count);
        dwarf_srclines_dealloc_b(table);
    }
    dwarf_dealloc_die(die);
    ms_ranges_sort(&lines->ranges);
    return lines;
}

void ms_lines_destroy(struct ms_lines *lines) {
    if (lines == NULL)
        return;
    free(lines->rows);
    free(lines->sequences);
    free(lines->files);
    ms_ranges_fini(&lines->ranges);
    free(lines);
}

const char *ms_lines_find_file(const struct ms_lines *lines, uint64_t number) {
    return lines != NULL && number < lines->file_count ? lines->files[number] : NULL;
}

bool ms_lines_find(const struct ms_lines *lines, uint64_t address, struct ms_source_place *out) {
    uint32_t index = lines != NULL ? ms_ranges_find(&lines->ranges, address) : MS_RANGE_NONE;
    if (index == MS_RANGE_NONE)
        return false;
    const struct s_sequence *sequence = &lines->sequences[index];
    const struct s_row *rows = lines->rows + sequence->first;
    size_t from = 0, to = sequence->count; /* of rows at one address the last one counts */
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (rows[middle].address <= address)
            from = middle + 1;
        else
            to = middle;
    }
    if (from == 0)
        return false;
    const struct s_row *row = &rows[from - 1];
    *out = (struct ms_source_place){ms_lines_find_file(lines, row->file), row->line, row->column};
    return true;
}
