/* SPDX-License-Identifier: MIT */
#include "journal/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/atomics.h"
#include "journal/extents.h"

/* No program has a longer string: it is what Linux allows for one argument. It bounds the work that
 * a table without a NUL can ask for. */
#define STRING_LIMIT UINT64_C(131072)

struct ms_journal {
    const unsigned char *file; /* the mapping; owned */
    uint64_t file_size;
    const struct ms_journal_header *header;
    struct ms_extents extents;
};

static enum ms_status s_status_of_errno(int error) {
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return MS_NOT_FOUND;
    case EACCES:
    case EPERM:
        return MS_PERMISSION;
    case ENOMEM:
        return MS_NO_MEMORY;
    default:
        return MS_IO;
    }
}

/* What the first SIZE bytes of a file say, before any of it is used. */
static enum ms_status s_check_header(const struct ms_journal_header *header, uint64_t size) {
    if (size == 0)
        return MS_EMPTY;
    if (size < sizeof(header->magic) ||
        memcmp(header->magic, MS_JOURNAL_MAGIC, sizeof(header->magic)) != 0)
        return MS_NOT_A_JOURNAL;
    if (size < offsetof(struct ms_journal_header, page_size))
        return MS_TRUNCATED;
    if (header->version != MS_JOURNAL_VERSION || header->byte_order != MS_JOURNAL_BYTE_ORDER)
        return MS_WRONG_VERSION;
    if (header->header_bytes != MS_FIRST_EXTENT)
        return MS_CORRUPT;
    if (size < sizeof(*header))
        return MS_TRUNCATED;
    if (header->state > MS_STATE_SIGNALLED)
        return MS_CORRUPT;
    /* Not published yet: the process is setting it up, or was ended while it did. */
    if (header->state == 0)
        return MS_TRUNCATED;
    return MS_OK;
}

static enum ms_status s_read_header(int fd, struct ms_journal_header *header) {
    size_t done = 0;
    while (done < sizeof(*header)) {
        ssize_t got = pread(fd, (char *)header + done, sizeof(*header) - done, (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return MS_IO;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return s_check_header(header, done);
}

/* The header is read before the size is asked for: extents that it counts were in the file by then,
 * however fast a running process makes it grow. */
static enum ms_status s_map(int fd, struct ms_journal *journal) {
    struct stat info;
    struct ms_journal_header header;
    memset(&header, 0, sizeof(header));
    if (fstat(fd, &info) != 0)
        return s_status_of_errno(errno);
    if (!S_ISREG(info.st_mode))
        return MS_NOT_A_JOURNAL;
    enum ms_status status = s_read_header(fd, &header);
    if (status != MS_OK)
        return status;
    if (fstat(fd, &info) != 0)
        return s_status_of_errno(errno);
    if ((uint64_t)info.st_size < MS_FIRST_EXTENT)
        return MS_TRUNCATED;
    void *file = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (file == MAP_FAILED)
        return s_status_of_errno(errno);
    journal->file = file;
    journal->file_size = (uint64_t)info.st_size;
    journal->header = file;
    const struct ms_extent *directory = (const void *)(journal->file + MS_HEADER_BYTES);
    status = ms_extents_init(&journal->extents, directory, header.extent_count, journal->file,
                             journal->file_size);
    if (status != MS_OK)
        munmap(file, (size_t)info.st_size);
    return status;
}

enum ms_status ms_journal_open(const char *path, struct ms_journal **out) {
    /* O_NONBLOCK: a named pipe must not make us wait for a writer. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return s_status_of_errno(errno);
    enum ms_status status = MS_NO_MEMORY;
    struct ms_journal *journal = calloc(1, sizeof(*journal));
    if (journal != NULL)
        status = s_map(fd, journal);
    close(fd);
    if (status == MS_OK)
        *out = journal;
    else
        free(journal);
    return status;
}

void ms_journal_close(struct ms_journal *journal) {
    if (journal == NULL)
        return;
    ms_extents_fini(&journal->extents);
    munmap((void *)journal->file, (size_t)journal->file_size);
    free(journal);
}

const struct ms_journal_header *ms_journal_header(const struct ms_journal *journal) {
    return journal->header;
}

uint64_t ms_journal_count(const struct ms_journal *journal, enum ms_table table) {
    if ((unsigned)table >= MS_TABLE_COUNT)
        return 0;
    /* Pairs with the writer's publishing of entries. */
    uint64_t used = ms_load_acquire(&journal->header->used[table]);
    uint64_t capacity = journal->extents.tables[table].capacity;
    return used < capacity ? used : capacity;
}

const void *ms_journal_entry(const struct ms_journal *journal, enum ms_table table,
                             uint64_t index) {
    if (index >= ms_journal_count(journal, table))
        return NULL;
    return ms_piece_list_find(&journal->extents.tables[table], index, NULL);
}

uint64_t ms_journal_together(const struct ms_journal *journal, enum ms_table table,
                             uint64_t index) {
    uint64_t together = 0;
    if (index >= ms_journal_count(journal, table) ||
        ms_piece_list_find(&journal->extents.tables[table], index, &together) == NULL)
        return 0;
    return together;
}

const char *ms_journal_string(const struct ms_journal *journal, uint64_t offset) {
    uint64_t used = ms_journal_count(journal, MS_TABLE_STRINGS);
    if (offset == 0 || offset >= used)
        return NULL;
    uint64_t limit;
    const char *text =
        ms_piece_list_find(&journal->extents.tables[MS_TABLE_STRINGS], offset, &limit);
    if (text == NULL)
        return NULL;
    if (limit > used - offset)
        limit = used - offset;
    if (limit > STRING_LIMIT)
        limit = STRING_LIMIT;
    return memchr(text, 0, limit) != NULL ? text : NULL;
}

size_t ms_journal_stack(const struct ms_journal *journal, uint32_t stack, uint64_t *frames,
                        size_t capacity) {
    const struct ms_stack *record = ms_journal_entry(journal, MS_TABLE_STACKS, stack);
    uint64_t used = ms_journal_count(journal, MS_TABLE_STACK_WORDS);
    const struct ms_piece_list *list = &journal->extents.tables[MS_TABLE_STACK_WORDS];
    uint32_t words = record != NULL ? record->words : 0;
    if (words == 0 || words >= used)
        return 0;
    const uint64_t *word = ms_piece_list_find(list, words, NULL);
    if (word == NULL)
        return 0;
    uint64_t depth = ms_load_relaxed(word);
    if (depth == 0 || depth > MS_STACK_DEPTH_LIMIT || depth > used - words - 1)
        return 0;
    uint64_t at = (uint64_t)words + 1;
    uint64_t wanted = depth < capacity ? depth : capacity;
    for (uint64_t done = 0; done < wanted;) {
        uint64_t together;
        const uint64_t *from = ms_piece_list_find(list, at + done, &together);
        if (from == NULL)
            return 0;
        if (together > wanted - done)
            together = wanted - done;
        memcpy(frames + done, from, together * sizeof(*frames));
        done += together;
    }
    return depth;
}
