/* SPDX-License-Identifier: MIT */
#include "export/editor_links.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static const struct editor {
    const char *name, *label, *address;
} editors[] = {
#define X(name, label, address) {name, label, address},
#include "export/editors.def"
#undef X
};
#define EDITOR_COUNT (sizeof(editors) / sizeof(editors[0]))

/* What a browser runs, or loads in place of the page. */
static const char *const refused[] = {
    "about",      "blob",   "chrome", "data", "filesystem",  "ftp",      "http", "https",
    "javascript", "mailto", "tel",    "urn",  "view-source", "vbscript", "ws",   "wss"};
#define REFUSED_COUNT (sizeof(refused) / sizeof(refused[0]))

static void s_write_text(struct ms_writer *writer, const char *key, const char *text) {
    writer->ops->string(writer, key);
    writer->ops->string(writer, text);
}

static void s_begin_list(struct ms_writer *writer, const char *key, size_t count) {
    writer->ops->string(writer, key);
    writer->ops->begin_array(writer, count);
}

void ms_editor_links_write(struct ms_writer *writer, const struct ms_editor_links *links) {
    size_t count = links != NULL ? links->path_count : 0;
    writer->ops->begin_object(writer, 4);
    s_write_text(writer, "chosen", links != NULL ? links->chosen : NULL);
    s_begin_list(writer, "editors", EDITOR_COUNT);
    for (size_t i = 0; i < EDITOR_COUNT; i++) {
        writer->ops->begin_object(writer, 3);
        s_write_text(writer, "name", editors[i].name);
        s_write_text(writer, "label", editors[i].label);
        s_write_text(writer, "template", editors[i].address);
        writer->ops->end_object(writer);
    }
    writer->ops->end_array(writer);
    s_begin_list(writer, "refused", REFUSED_COUNT);
    for (size_t i = 0; i < REFUSED_COUNT; i++) {
        writer->ops->string(writer, refused[i]);
    }
    writer->ops->end_array(writer);
    s_begin_list(writer, "paths", count);
    for (size_t i = 0; i < count; i++) {
        writer->ops->begin_object(writer, 2);
        s_write_text(writer, "name", links->paths[i].name);
        s_write_text(writer, "path", links->paths[i].path);
        writer->ops->end_object(writer);
    }
    writer->ops->end_array(writer);
    writer->ops->end_object(writer);
}

static bool s_is_name(const char *text) {
    for (size_t i = 0; i < EDITOR_COUNT; i++) {
        if (strcmp(editors[i].name, text) == 0) {
            return true;
        }
    }
    return strcmp(text, "none") == 0;
}

/* RFC 3986, 3.1. 0: TEXT does not begin with a scheme. */
static size_t s_scheme_length(const char *text) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    size_t length =
        strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");
    return text[0] != '\0' && strchr(letters, text[0]) != NULL && text[length] == ':' ? length : 0;
}

static bool s_is_refused(const char *text, size_t length) {
    for (size_t i = 0; i < REFUSED_COUNT; i++) {
        if (strlen(refused[i]) == length && strncasecmp(refused[i], text, length) == 0) {
            return true;
        }
    }
    return false;
}

const char *ms_editor_refusal(const char *text) {
    if (s_is_name(text)) {
        return NULL;
    }
    size_t length = s_scheme_length(text);
    if (length == 0) {
        return "is neither an editor that is known nor a template like "
               "myeditor://open?file={file}&line={line}";
    }
    if (s_is_refused(text, length)) {
        return "has a scheme that browsers do not hand to other programs";
    }
    for (const char *at = text; *at != '\0'; at++) {
        if (*at <= ' ' || *at > '~') {
            return "has more than plain letters in it: the rest must be written as %XX";
        }
    }
    return strstr(text, "{file}") != NULL ? NULL : "has no {file}";
}
