/* SPDX-License-Identifier: MIT */
#include "hot/call_frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "hot/loaded_object.h"

/* DWARF's numbers of the registers of AMD64. */
enum { S_RBP = 6, S_RSP = 7, S_RETURN_ADDRESS = 16 };

/* Encodings of pointers (LSB Core). */
enum { S_ABSOLUTE = 0x00, S_PC_RELATIVE_4 = 0x1b, S_PC_RELATIVE_8 = 0x1c, S_TABLE = 0x3b };

/* Bytes that are still to be read. Reading beyond the end gives zeros and ends it. */
struct s_cursor {
    const unsigned char *at, *end;
};

static uint64_t s_fixed(struct s_cursor *cursor, size_t size) {
    uint64_t value = 0;
    if ((size_t)(cursor->end - cursor->at) < size) {
        cursor->at = cursor->end;
        return 0;
    }
    memcpy(&value, cursor->at, size); /* little-endian, as all of the journal */
    cursor->at += size;
    return value;
}

static uint64_t s_leb(struct s_cursor *cursor, bool is_signed) {
    uint64_t value = 0;
    unsigned shift = 0, byte;
    do {
        byte = (unsigned)s_fixed(cursor, 1);
        if (shift < 64)
            value |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
    } while ((byte & 0x80) != 0);
    if (is_signed && shift < 64 && (byte & 0x40) != 0)
        value |= ~UINT64_C(0) << shift;
    return value;
}

static uint64_t s_uleb(struct s_cursor *cursor) {
    return s_leb(cursor, false);
}

static int64_t s_sleb(struct s_cursor *cursor) {
    return (int64_t)s_leb(cursor, true);
}

static void s_skip(struct s_cursor *cursor, uint64_t size) {
    if (size > (uint64_t)(cursor->end - cursor->at))
        cursor->at = cursor->end;
    else
        cursor->at += size;
}

/* A pointer as ENCODING says; false: a kind that linkers do not write there. */
static bool s_pointer(struct s_cursor *cursor, uint8_t encoding, uintptr_t *value) {
    uintptr_t place = (uintptr_t)cursor->at;
    switch (encoding) {
    case S_ABSOLUTE:
        *value = s_fixed(cursor, 8);
        return true;
    case S_PC_RELATIVE_4:
        *value = place + (uintptr_t)(intptr_t)(int32_t)s_fixed(cursor, 4);
        return true;
    case S_PC_RELATIVE_8:
        *value = place + s_fixed(cursor, 8);
        return true;
    default:
        return false;
    }
}

/* ---- finding the entry ---- */

/* A common information entry, what several functions share. */
struct s_common {
    uint64_t code_factor;
    int64_t data_factor;
    uint8_t encoding; /* of the addresses in its functions' entries */
    bool is_signal;
    bool has_augmentation;
    struct s_cursor instructions;
};

/* The contents of the entry at ADDRESS, behind its length; empty: none. */
static struct s_cursor s_entry(struct s_cursor module, uintptr_t address) {
    struct s_cursor entry = {NULL, NULL};
    if (address < (uintptr_t)module.at || address >= (uintptr_t)module.end)
        return entry;
    module.at = (const unsigned char *)address;
    uint64_t size = s_fixed(&module, 4);
    if (size == UINT32_MAX)
        size = s_fixed(&module, 8);
    if (size > (uint64_t)(module.end - module.at))
        return entry;
    entry.at = module.at;
    entry.end = module.at + size;
    return entry;
}

static bool s_read_common(struct s_cursor module, uintptr_t address, struct s_common *common) {
    struct s_cursor entry = s_entry(module, address);
    memset(common, 0, sizeof(*common));
    if (s_fixed(&entry, 4) != 0 || s_fixed(&entry, 1) != 1)
        return false; /* not common, or of another version than GCC's and clang's */
    const char *augmentation = (const char *)entry.at;
    while (s_fixed(&entry, 1) != 0) {
    }
    common->code_factor = s_uleb(&entry);
    common->data_factor = s_sleb(&entry);
    if (s_uleb(&entry) != S_RETURN_ADDRESS || entry.at == entry.end)
        return false;
    if (augmentation[0] != 'z' && augmentation[0] != 0)
        return false;
    struct s_cursor data = entry;
    if (augmentation[0] == 'z') {
        uint64_t size = s_uleb(&entry);
        data = entry;
        s_skip(&entry, size);
        common->has_augmentation = true;
    }
    for (const char *at = augmentation; *at != 0; at++) {
        uintptr_t personality;
        switch (*at) {
        case 'z':
            break;
        case 'R':
            common->encoding = (uint8_t)s_fixed(&data, 1);
            break;
        case 'P': { /* indirect pointers too: their size counts alone */
            uint8_t encoding = (uint8_t)s_fixed(&data, 1) & 0x7f;
            if (!s_pointer(&data, encoding, &personality))
                return false;
            break;
        }
        case 'L':
            s_fixed(&data, 1);
            break;
        case 'S':
            common->is_signal = true;
            break;
        default:
            return false;
        }
    }
    common->instructions = entry;
    return true;
}

/* The table of .eh_frame_hdr: pairs of a function's start and its entry, both relative to HEADER,
 * in ascending order. The address of the entry whose function may cover ADDRESS, 0: none. */
static uintptr_t s_search(struct s_cursor module, uintptr_t header, uintptr_t address) {
    struct s_pair {
        int32_t start, entry;
    } const *pairs;
    struct s_cursor cursor = {(const unsigned char *)header, module.end};
    uintptr_t frame;
    if (header < (uintptr_t)module.at || header >= (uintptr_t)module.end ||
        s_fixed(&cursor, 1) != 1)
        return 0;
    uint8_t frame_encoding = (uint8_t)s_fixed(&cursor, 1);
    uint8_t count_encoding = (uint8_t)s_fixed(&cursor, 1);
    uint8_t table_encoding = (uint8_t)s_fixed(&cursor, 1);
    if (table_encoding != S_TABLE || count_encoding != 0x03 ||
        !s_pointer(&cursor, frame_encoding, &frame))
        return 0;
    uint64_t count = s_fixed(&cursor, 4);
    if (count == 0 || count > (uint64_t)(cursor.end - cursor.at) / sizeof(*pairs))
        return 0;
    pairs = (const void *)cursor.at;
    int64_t wanted = (int64_t)(address - header);
    if (pairs[0].start > wanted)
        return 0;
    uint64_t low = 0, high = count; /* pairs[low].start <= wanted < pairs[high].start */
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (pairs[middle].start <= wanted)
            low = middle;
        else
            high = middle;
    }
    return header + (uintptr_t)(intptr_t)pairs[low].entry;
}

/* ---- running the instructions ---- */

/* Where a register of the caller is. */
struct s_register {
    enum { S_SAME, S_AT_CFA, S_UNDEFINED, S_OTHER } where;
    int64_t offset;
};

struct s_row {
    uint64_t cfa_register;
    int64_t cfa_offset;
    bool is_plain; /* CFA = register + offset */
    struct s_register frame_pointer, return_address;
};

#define KEPT_ROWS 8u

struct s_machine {
    const struct s_common *common;
    uintptr_t location, wanted;
    struct s_row row, initial;
    struct s_row kept[KEPT_ROWS];
    unsigned kept_count;
};

static void s_set(struct s_row *row, uint64_t number, struct s_register where) {
    if (number == S_RBP)
        row->frame_pointer = where;
    else if (number == S_RETURN_ADDRESS)
        row->return_address = where;
}

static void s_restore(struct s_machine *machine, uint64_t number) {
    if (number == S_RBP)
        machine->row.frame_pointer = machine->initial.frame_pointer;
    else if (number == S_RETURN_ADDRESS)
        machine->row.return_address = machine->initial.return_address;
}

static void s_skip_block(struct s_cursor *cursor) {
    uint64_t size = s_uleb(cursor);
    s_skip(cursor, size);
}

static struct s_register s_at_cfa(int64_t offset) {
    return (struct s_register){S_AT_CFA, offset};
}

/* False: an instruction that is not known, or too many kept rows. */
static bool s_step(struct s_machine *machine, struct s_cursor *cursor) {
    static const struct s_register s_same = {S_SAME, 0}, s_other = {S_OTHER, 0};
    const struct s_common *common = machine->common;
    struct s_row *row = &machine->row;
    unsigned byte = (unsigned)s_fixed(cursor, 1), low = byte & 0x3f;
    uint64_t number;
    switch (byte & 0xc0) {
    case 0x40: /* advance_loc */
        machine->location += low * common->code_factor;
        return true;
    case 0x80: /* offset */
        s_set(row, low, s_at_cfa((int64_t)s_uleb(cursor) * common->data_factor));
        return true;
    case 0xc0:
        s_restore(machine, low);
        return true;
    }
    switch (byte) {
    case 0x00: /* nop */
        return true;
    case 0x01: /* set_loc */
        return s_pointer(cursor, common->encoding, &machine->location);
    case 0x02: /* advance_loc1, 2 and 4 */
    case 0x03:
    case 0x04:
        machine->location += s_fixed(cursor, (size_t)1 << (byte - 2)) * common->code_factor;
        return true;
    case 0x05: /* offset_extended */
        number = s_uleb(cursor);
        s_set(row, number, s_at_cfa((int64_t)s_uleb(cursor) * common->data_factor));
        return true;
    case 0x06: /* restore_extended */
        s_restore(machine, s_uleb(cursor));
        return true;
    case 0x07: /* undefined */
        s_set(row, s_uleb(cursor), (struct s_register){S_UNDEFINED, 0});
        return true;
    case 0x08: /* same_value */
        s_set(row, s_uleb(cursor), s_same);
        return true;
    case 0x09: /* register */
        number = s_uleb(cursor);
        s_uleb(cursor);
        s_set(row, number, s_other);
        return true;
    case 0x0a: /* remember_state */
        if (machine->kept_count == KEPT_ROWS)
            return false;
        machine->kept[machine->kept_count++] = *row;
        return true;
    case 0x0b: /* restore_state */
        if (machine->kept_count == 0)
            return false;
        *row = machine->kept[--machine->kept_count];
        return true;
    case 0x0c: /* def_cfa */
        row->cfa_register = s_uleb(cursor);
        row->cfa_offset = (int64_t)s_uleb(cursor);
        row->is_plain = true;
        return true;
    case 0x0d: /* def_cfa_register */
        row->cfa_register = s_uleb(cursor);
        return true;
    case 0x0e: /* def_cfa_offset */
        row->cfa_offset = (int64_t)s_uleb(cursor);
        return true;
    case 0x0f: /* def_cfa_expression */
        s_skip_block(cursor);
        row->is_plain = false;
        return true;
    case 0x10: /* expression and val_expression */
    case 0x16:
        s_set(row, s_uleb(cursor), s_other);
        s_skip_block(cursor);
        return true;
    case 0x11: /* offset_extended_sf */
        number = s_uleb(cursor);
        s_set(row, number, s_at_cfa(s_sleb(cursor) * common->data_factor));
        return true;
    case 0x12: /* def_cfa_sf */
        row->cfa_register = s_uleb(cursor);
        row->cfa_offset = s_sleb(cursor) * common->data_factor;
        row->is_plain = true;
        return true;
    case 0x13: /* def_cfa_offset_sf */
        row->cfa_offset = s_sleb(cursor) * common->data_factor;
        return true;
    case 0x14: /* val_offset and val_offset_sf */
    case 0x15:
        s_set(row, s_uleb(cursor), s_other);
        s_uleb(cursor);
        return true;
    case 0x2e: /* GNU_args_size */
        s_uleb(cursor);
        return true;
    default:
        return false;
    }
}

/* Runs up to the wanted address. */
static bool s_run(struct s_machine *machine, struct s_cursor instructions) {
    while (instructions.at < instructions.end && machine->location <= machine->wanted) {
        struct s_row before = machine->row;
        uintptr_t location = machine->location;
        if (!s_step(machine, &instructions))
            return false;
        if (machine->location < location)
            return false;
        if (machine->location > machine->wanted)
            machine->row = before;
    }
    return true;
}

static struct ms_frame_rule s_rule(const struct s_row *row) {
    struct ms_frame_rule rule = {0, 0, MS_FRAME_UNKNOWN};
    const struct s_register *frame_pointer = &row->frame_pointer;
    if (!row->is_plain || row->cfa_offset != (int32_t)row->cfa_offset ||
        row->return_address.where != S_AT_CFA || row->return_address.offset != -8)
        return rule;
    if (frame_pointer->where == S_AT_CFA &&
        frame_pointer->offset == (int16_t)frame_pointer->offset && frame_pointer->offset != 0)
        rule.frame_pointer = (int16_t)frame_pointer->offset;
    else if (frame_pointer->where != S_SAME && frame_pointer->where != S_UNDEFINED)
        return rule;
    rule.cfa = (int32_t)row->cfa_offset;
    if (row->cfa_register == S_RSP)
        rule.base = MS_FRAME_STACK_POINTER;
    else if (row->cfa_register == S_RBP)
        rule.base = MS_FRAME_FRAME_POINTER;
    return rule;
}

struct ms_frame_rule ms_call_frame_rule(uintptr_t address) {
    const struct ms_frame_rule unknown = {0, 0, MS_FRAME_UNKNOWN};
    struct ms_loaded_object object;
    struct s_common common;
    if (!ms_loaded_object_at(address, &object))
        return unknown;
    struct s_cursor module = {(const unsigned char *)object.start,
                              (const unsigned char *)object.end};
    uintptr_t place = s_search(module, object.eh_frame_header, address);
    struct s_cursor entry = s_entry(module, place);
    uintptr_t common_place = (uintptr_t)entry.at;
    uint64_t distance = s_fixed(&entry, 4);
    uintptr_t start, size;
    if (distance == 0 || !s_read_common(module, common_place - distance, &common) ||
        !s_pointer(&entry, common.encoding, &start))
        return unknown;
    size = s_fixed(&entry, common.encoding == S_PC_RELATIVE_4 ? 4 : 8);
    if (address < start || address - start >= size)
        return unknown;
    if (common.is_signal)
        return (struct ms_frame_rule){0, 0, MS_FRAME_SIGNAL};
    if (common.has_augmentation)
        s_skip_block(&entry);
    struct s_machine machine = {.common = &common, .location = start, .wanted = address};
    if (!s_run(&machine, common.instructions))
        return unknown;
    machine.initial = machine.row;
    machine.location = start;
    if (!s_run(&machine, entry))
        return unknown;
    return s_rule(&machine.row);
}
