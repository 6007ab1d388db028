/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "utf8.h"

#include <cstddef>
#include <cstdint>

/* The lengths and the allowed second bytes of well-formed sequences: Unicode 15, table 3-7. */
static const struct {
    unsigned char first_low, first_high, second_low, second_high;
    size_t length;
} s_forms[] = {
    {0x00, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

/* The length of the well-formed sequence at TEXT[AT], 0: none. */
static size_t s_sequence(const std::string &text, size_t at) {
    for (const auto &form : s_forms) {
        unsigned char first = (unsigned char)text[at];
        if (first < form.first_low || first > form.first_high)
            continue;
        if (at + form.length > text.size())
            return 0;
        for (size_t i = 1; i < form.length; i++) {
            unsigned char byte = (unsigned char)text[at + i];
            if (byte < (i == 1 ? form.second_low : 0x80) ||
                byte > (i == 1 ? form.second_high : 0xbf))
                return 0;
        }
        return form.length;
    }
    return 0;
}

std::string ms_utf8_clean(const std::string &text) {
    std::string clean;
    for (size_t at = 0; at < text.size();) {
        size_t length = s_sequence(text, at);
        if (length == 0) {
            clean += "\xef\xbf\xbd";
            at++;
        } else {
            clean.append(text, at, length);
            at += length;
        }
    }
    return clean;
}
