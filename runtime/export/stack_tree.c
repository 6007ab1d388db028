/* SPDX-License-Identifier: MIT */
#include "export/stack_tree.h"

#include <stdlib.h>
#include <string.h>

/* Indices of entries by hash, open addressing. Never more than half full; 0 is an empty slot, so
 * that index i is kept as i + 1. */
struct s_index_table {
    uint32_t *slots;
    size_t mask;
};

struct s_node {
    uint32_t parent;
    uint32_t frame;
};

struct ms_stack_tree {
    const struct memscope_frame **frames;
    size_t frame_count;
    struct s_index_table frame_index;
    struct s_node *nodes;
    size_t node_count;
    struct s_index_table node_index;
    uint32_t *tops; /* the node of each stack's innermost frame */
};

static uint64_t s_mix(uint64_t hash, uint64_t value) {
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ (hash >> 29);
}

static uint64_t s_mix_text(uint64_t hash, const char *text) {
    if (text == NULL) {
        return s_mix(hash, 1);
    }
    for (; *text != '\0'; text++) {
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3); /* FNV-1a */
    }
    return s_mix(hash, 2);
}

static uint64_t s_hash_frame(const struct memscope_frame *frame) {
    uint64_t hash = s_mix(s_mix(frame->address, frame->line), frame->column);
    hash = s_mix_text(hash, frame->function);
    hash = s_mix_text(hash, frame->file);
    return s_mix_text(s_mix(hash, frame->inlined), frame->module);
}

static bool s_same_text(const char *a, const char *b) {
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool s_same_frame(const struct memscope_frame *a, const struct memscope_frame *b) {
    return a->address == b->address && a->line == b->line && a->column == b->column &&
           a->inlined == b->inlined && s_same_text(a->function, b->function) &&
           s_same_text(a->file, b->file) && s_same_text(a->module, b->module);
}

static bool s_table_init(struct s_index_table *table, size_t entries) {
    size_t size = 16;
    while (size < entries * 2) {
        size *= 2;
    }
    table->slots = calloc(size, sizeof(*table->slots));
    table->mask = size - 1;
    return table->slots != NULL;
}

static uint32_t s_find_frame(struct ms_stack_tree *tree, const struct memscope_frame *frame) {
    size_t at = s_hash_frame(frame) & tree->frame_index.mask;
    for (;; at = (at + 1) & tree->frame_index.mask) {
        uint32_t kept = tree->frame_index.slots[at];
        if (kept == 0) {
            tree->frames[tree->frame_count] = frame;
            tree->frame_index.slots[at] = (uint32_t)++tree->frame_count;
            return (uint32_t)tree->frame_count - 1;
        }
        if (s_same_frame(tree->frames[kept - 1], frame)) {
            return kept - 1;
        }
    }
}

static uint32_t s_find_node(struct ms_stack_tree *tree, uint32_t parent, uint32_t frame) {
    size_t at = s_mix(s_mix(0, parent), frame) & tree->node_index.mask;
    for (;; at = (at + 1) & tree->node_index.mask) {
        uint32_t kept = tree->node_index.slots[at];
        if (kept == 0) {
            tree->nodes[tree->node_count] = (struct s_node){parent, frame};
            tree->node_index.slots[at] = (uint32_t)++tree->node_count;
            return (uint32_t)tree->node_count - 1;
        }
        if (tree->nodes[kept - 1].parent == parent && tree->nodes[kept - 1].frame == frame) {
            return kept - 1;
        }
    }
}

struct ms_stack_tree *ms_stack_tree_new(const struct memscope_report *report) {
    size_t total = 0;
    for (size_t i = 0; i < report->stack_count; i++) {
        total += report->stacks[i].frame_count;
    }
    if (total >= UINT32_MAX / 2) {
        return NULL;
    }
    struct ms_stack_tree *tree = calloc(1, sizeof(*tree));
    if (tree == NULL) {
        return NULL;
    }
    tree->frames = malloc((total + 1) * sizeof(struct memscope_frame *));
    tree->nodes = malloc((total + 1) * sizeof(*tree->nodes));
    tree->tops = malloc((report->stack_count + 1) * sizeof(*tree->tops));
    if (!s_table_init(&tree->frame_index, total) || !s_table_init(&tree->node_index, total) ||
        tree->frames == NULL || tree->nodes == NULL || tree->tops == NULL) {
        ms_stack_tree_destroy(tree);
        return NULL;
    }
    tree->nodes[0] = (struct s_node){0, 0};
    tree->node_count = 1; /* the root is in no slot, so it is never found as a child */
    for (size_t i = 0; i < report->stack_count; i++) {
        const struct memscope_stack *stack = &report->stacks[i];
        uint32_t node = 0;
        for (size_t j = stack->frame_count; j-- > 0;) {
            node = s_find_node(tree, node, s_find_frame(tree, &stack->frames[j]));
        }
        tree->tops[i] = node;
    }
    return tree;
}

void ms_stack_tree_destroy(struct ms_stack_tree *tree) {
    if (tree == NULL) {
        return;
    }
    free(tree->frames);
    free(tree->nodes);
    free(tree->tops);
    free(tree->frame_index.slots);
    free(tree->node_index.slots);
    free(tree);
}

static void s_begin_column(struct ms_writer *writer, const char *key, size_t count) {
    writer->ops->string(writer, key);
    writer->ops->begin_array(writer, count);
}

static void s_write_frame(struct ms_writer *writer, const struct memscope_frame *frame) {
    writer->ops->begin_object(writer, 7);
    writer->ops->string(writer, "function");
    writer->ops->string(writer, frame->function);
    writer->ops->string(writer, "file");
    writer->ops->string(writer, frame->file);
    writer->ops->string(writer, "line");
    writer->ops->unsigned_integer(writer, frame->line);
    writer->ops->string(writer, "column");
    writer->ops->unsigned_integer(writer, frame->column);
    writer->ops->string(writer, "inlined");
    writer->ops->boolean(writer, frame->inlined);
    writer->ops->string(writer, "module");
    writer->ops->string(writer, frame->module);
    writer->ops->string(writer, "address");
    writer->ops->unsigned_integer(writer, frame->address);
    writer->ops->end_object(writer);
}

static void s_write_nodes(struct ms_writer *writer, const struct ms_stack_tree *tree) {
    s_begin_column(writer, "node_parent", tree->node_count);
    for (size_t i = 0; i < tree->node_count; i++) {
        writer->ops->unsigned_integer(writer, tree->nodes[i].parent);
    }
    writer->ops->end_array(writer);
    s_begin_column(writer, "node_frame", tree->node_count);
    for (size_t i = 0; i < tree->node_count; i++) {
        writer->ops->unsigned_integer(writer, tree->nodes[i].frame);
    }
    writer->ops->end_array(writer);
}

/* A column of the page for each of these of struct memscope_stack. */
static const struct column {
    const char *key;
    size_t offset;
} number_columns[] = {
#define X(member) {#member, offsetof(struct memscope_stack, member)},
    X(live_count) X(live_bytes) X(total_allocations) X(total_bytes) X(temporary_allocations)
        X(bytes_at_peak)
#undef X
};
#define NUMBER_COLUMNS (sizeof(number_columns) / sizeof(number_columns[0]))

static void s_write_numbers(struct ms_writer *writer, const struct memscope_report *report,
                            const struct column *column) {
    s_begin_column(writer, column->key, report->stack_count);
    for (size_t i = 0; i < report->stack_count; i++) {
        uint64_t value;
        memcpy(&value, (const char *)&report->stacks[i] + column->offset, sizeof(value));
        writer->ops->unsigned_integer(writer, value);
    }
    writer->ops->end_array(writer);
}

static void s_write_id(struct ms_writer *writer, uint32_t id) {
    writer->ops->unsigned_integer(writer, id != MEMSCOPE_NO_ID ? id : MEMSCOPE_UNKNOWN);
}

void ms_stack_tree_write(struct ms_writer *writer, const struct memscope_report *report,
                         void *data) {
    const struct ms_stack_tree *tree = data;
    const struct memscope_stack *stacks = report->stacks;
    size_t count = report->stack_count;
    writer->ops->begin_object(writer, 6 + NUMBER_COLUMNS);
    s_begin_column(writer, "frames", tree->frame_count);
    for (size_t i = 0; i < tree->frame_count; i++) {
        s_write_frame(writer, tree->frames[i]);
    }
    writer->ops->end_array(writer);
    s_write_nodes(writer, tree);
    s_begin_column(writer, "id", count);
    for (size_t i = 0; i < count; i++) {
        s_write_id(writer, stacks[i].id);
    }
    writer->ops->end_array(writer);
    s_begin_column(writer, "node", count);
    for (size_t i = 0; i < count; i++) {
        writer->ops->unsigned_integer(writer, tree->tops[i]);
    }
    writer->ops->end_array(writer);
    s_begin_column(writer, "site_id", count);
    for (size_t i = 0; i < count; i++) {
        s_write_id(writer, stacks[i].site_id);
    }
    writer->ops->end_array(writer);
    for (size_t i = 0; i < NUMBER_COLUMNS; i++) {
        s_write_numbers(writer, report, &number_columns[i]);
    }
    writer->ops->end_object(writer);
}
