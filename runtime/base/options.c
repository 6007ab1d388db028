/* SPDX-License-Identifier: MIT */
#include "base/options.h"

#include <string.h>

/* X(KIND, function that parses it, "what is allowed") */
#define S_KINDS(X)                                                                                 \
    X(PRESET, s_parse_preset, "full, demo, high_performance or off")                               \
    X(RATE, s_parse_rate, "a number from 0 to 1")                                                  \
    X(SIZE, s_parse_size, "a number of bytes, K, M or G behind it for units of 1024")              \
    X(SWITCH, s_parse_switch, "0 or 1")                                                            \
    X(DEPTH, s_parse_depth, "a number from 0 to 1024")                                             \
    X(UNWIND, s_parse_unwind, "auto, frame_pointers or tables")                                    \
    X(NUMBER, s_parse_number, "a number from 0 to 18446744073709551615")                           \
    X(PATTERN, s_parse_pattern,                                                                    \
      "a path under 1024 bytes in which %e is the program, %p the pid, %h the host, %% a percent " \
      "sign")                                                                                      \
    X(EVENTS, s_parse_events, "auto or a number from 0 to 1048576")                                \
    X(PERIOD, s_parse_period, "a number of milliseconds from 10 to 3600000")

#define S_PERIOD_LEAST 10u
#define S_PERIOD_MOST  3600000u
#define S_SHOWN_BYTES  60 /* of what the user wrote, in a complaint */

/* Each sets FIELD from TEXT and returns true, or leaves it alone and returns false. */
typedef bool s_parse_fn(void *field, const char *text);

static bool s_number(const char *text, size_t length, uint64_t *out) {
    uint64_t value = 0;
    if (length == 0)
        return false;
    for (size_t i = 0; i < length; i++) {
        unsigned digit = (unsigned)text[i] - '0';
        if (digit > 9 || __builtin_mul_overflow(value, UINT64_C(10), &value) ||
            __builtin_add_overflow(value, (uint64_t)digit, &value))
            return false;
    }
    *out = value;
    return true;
}

static bool s_parse_number(void *field, const char *text) {
    uint64_t value;
    if (!s_number(text, strlen(text), &value))
        return false;
    memcpy(field, &value, sizeof(value));
    return true;
}

static bool s_number_within(void *field, const char *text, uint32_t least, uint32_t most) {
    uint64_t value;
    if (!s_number(text, strlen(text), &value) || value < least || value > most)
        return false;
    uint32_t narrow = (uint32_t)value;
    memcpy(field, &narrow, sizeof(narrow));
    return true;
}

static bool s_parse_depth(void *field, const char *text) {
    return s_number_within(field, text, 0, MS_OPTIONS_DEPTH_LIMIT);
}

static bool s_parse_events(void *field, const char *text) {
    static const uint32_t s_auto = MS_OPTIONS_EVENTS_AUTO;
    if (strcmp(text, "auto") != 0)
        return s_number_within(field, text, 0, MS_OPTIONS_EVENT_LIMIT);
    memcpy(field, &s_auto, sizeof(s_auto));
    return true;
}

static bool s_parse_period(void *field, const char *text) {
    return s_number_within(field, text, S_PERIOD_LEAST, S_PERIOD_MOST);
}

static bool s_parse_size(void *field, const char *text) {
    static const char s_units[] = "KMGkmg";
    size_t length = strlen(text);
    uint64_t value, unit = 1;
    const char *suffix = length != 0 ? strchr(s_units, text[length - 1]) : NULL;
    if (suffix != NULL) {
        unit <<= 10 * ((suffix - s_units) % 3 + 1);
        length--;
    }
    if (!s_number(text, length, &value) || __builtin_mul_overflow(value, unit, &value))
        return false;
    memcpy(field, &value, sizeof(value));
    return true;
}

static bool s_parse_switch(void *field, const char *text) {
    if ((text[0] != '0' && text[0] != '1') || text[1] != '\0')
        return false;
    bool value = text[0] == '1';
    memcpy(field, &value, sizeof(value));
    return true;
}

static bool s_parse_unwind(void *field, const char *text) {
    static const char *const s_names[] = {
#define X(name, spelling) spelling,
        MS_UNWINDS(X)
#undef X
    };
    for (uint32_t i = 0; i < sizeof(s_names) / sizeof(s_names[0]); i++) {
        if (strcmp(text, s_names[i]) == 0) {
            memcpy(field, &(enum ms_unwind){(enum ms_unwind)i}, sizeof(enum ms_unwind));
            return true;
        }
    }
    return false;
}

/* DIGITS [. DIGITS]; strtod would read the locale's decimal point and set errno. Digits behind the
 * 18th that count do not change a double by more than its last bit. */
static bool s_parse_rate(void *field, const char *text) {
    uint64_t digits = 0;
    double scale = 1;
    bool seen = false, point = false;
    for (; *text != '\0'; text++) {
        unsigned digit = (unsigned)*text - '0';
        if (*text == '.' && !point) {
            point = true;
        } else if (digit > 9) {
            return false;
        } else {
            seen = true;
            if (digits < UINT64_C(100000000000000000)) {
                digits = digits * 10 + digit;
                scale *= point ? 10 : 1;
            } else if (!point) {
                return false;
            }
        }
    }
    double value = (double)digits / scale;
    if (!seen || value > 1)
        return false;
    memcpy(field, &value, sizeof(value));
    return true;
}

static bool s_parse_pattern(void *field, const char *text) {
    for (const char *p = text; *p != '\0'; p++) {
        if (*p != '%')
            continue;
        p++;
        if (*p == '\0' || strchr("eph%", *p) == NULL)
            return false;
    }
    memcpy(field, text, strlen(text) + 1);
    return true;
}

static const struct {
    const char *name;
    double sample_rate;
    bool stack;
    uint32_t max_stack_depth;
} s_presets[MS_PRESET_COUNT] = {
#define X(name, spelling, rate, stack, depth) {spelling, rate, stack, depth},
    MS_PRESETS(X)
#undef X
};

static bool s_parse_preset(void *field, const char *text) {
    struct ms_options *options =
        (struct ms_options *)((char *)field - offsetof(struct ms_options, preset));
    for (unsigned i = 0; i < MS_PRESET_COUNT; i++) {
        if (strcmp(text, s_presets[i].name) == 0) {
            options->preset = (enum ms_preset)i;
            options->sample_rate = s_presets[i].sample_rate;
            options->stack = s_presets[i].stack;
            options->max_stack_depth = s_presets[i].max_stack_depth;
            return true;
        }
    }
    return false;
}

enum s_kind {
#define X(kind, parse, allowed) S_KIND_##kind,
    S_KINDS(X)
#undef X
};

static s_parse_fn *const s_parsers[] = {
#define X(kind, parse, allowed) parse,
    S_KINDS(X)
#undef X
};

#define X(kind, parse, allowed) static const char s_allowed_##kind[] = allowed;
S_KINDS(X)
#undef X

static const struct ms_option_info s_infos[] = {
#define X(key, kind, field, standard, help) {#key, s_allowed_##kind, standard, help},
#include "base/options.def"
#undef X
};

static const struct {
    enum s_kind kind;
    size_t offset;
} s_fields[] = {
#define X(key, kind, field, standard, help) {S_KIND_##kind, offsetof(struct ms_options, field)},
#include "base/options.def"
#undef X
};
#define S_COUNT (sizeof(s_infos) / sizeof(s_infos[0]))
_Static_assert(sizeof(s_fields) / sizeof(s_fields[0]) == S_COUNT, "one each");

/* Known keys that this version does not act on. */
static const struct {
    const char *key;
    const char *advice;
} s_unsupported[] = {
    {"export",
     "is not supported in this version: run `memscope export` when the program has ended"},
};

/* A line for people in a buffer of fixed size; what does not fit is cut off. */
struct s_line {
    char text[1024];
    size_t length;
};

static void s_say(struct s_line *line, const char *text) {
    for (; *text != '\0' && line->length + 1 < sizeof(line->text); text++)
        line->text[line->length++] = *text;
    line->text[line->length] = '\0';
}

/* What the user wrote, short and on one line. */
static void s_say_quoted(struct s_line *line, const char *text) {
    char one[2] = {0, 0};
    s_say(line, "'");
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (i == S_SHOWN_BYTES) {
            s_say(line, "...");
            break;
        }
        one[0] = (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? '?' : text[i];
        s_say(line, one);
    }
    s_say(line, "'");
}

static void s_complain_unknown(const char *key, ms_options_complain_fn *complain, void *data) {
    struct s_line line = {.length = 0};
    s_say(&line, "unknown option ");
    s_say_quoted(&line, key);
    s_say(&line, "; the options are");
    for (size_t i = 0; i < S_COUNT; i++) {
        s_say(&line, i == 0 ? " " : ", ");
        s_say(&line, s_infos[i].key);
    }
    complain(data, line.text);
}

static void s_complain_value(size_t index, const char *value, ms_options_complain_fn *complain,
                             void *data) {
    struct s_line line = {.length = 0};
    s_say(&line, "option ");
    s_say(&line, s_infos[index].key);
    if (value == NULL) {
        s_say(&line, " has no value");
    } else {
        s_say(&line, " cannot be ");
        s_say_quoted(&line, value);
    }
    s_say(&line, "; it takes ");
    s_say(&line, s_infos[index].allowed);
    complain(data, line.text);
}

static bool s_complain_unsupported(const char *key, ms_options_complain_fn *complain, void *data) {
    for (size_t i = 0; i < sizeof(s_unsupported) / sizeof(s_unsupported[0]); i++) {
        if (strcmp(key, s_unsupported[i].key) != 0)
            continue;
        struct s_line line = {.length = 0};
        s_say(&line, "option ");
        s_say(&line, key);
        s_say(&line, " ");
        s_say(&line, s_unsupported[i].advice);
        complain(data, line.text);
        return true;
    }
    return false;
}

/* Copies the item at TEXT without its escapes into ITEM, cut to SIZE - 1 bytes; returns what
 * follows it, NULL after the last. CUT tells that it was longer. */
static const char *s_next_item(const char *text, char *item, size_t size, bool *cut) {
    size_t length = 0;
    *cut = false;
    for (; *text != '\0' && *text != ':'; text++) {
        if (text[0] == '\\' && (text[1] == ':' || text[1] == '\\'))
            text++;
        if (length + 1 < size)
            item[length++] = *text;
        else
            *cut = true;
    }
    item[length] = '\0';
    return *text == ':' ? text + 1 : NULL;
}

static void s_apply(struct ms_options *options, char *item, bool cut, bool presets,
                    ms_options_complain_fn *complain, void *data) {
    char *value = strchr(item, '=');
    if (value != NULL)
        *value++ = '\0';
    for (size_t i = 0; i < S_COUNT; i++) {
        if (strcmp(item, s_infos[i].key) != 0)
            continue;
        if ((s_fields[i].kind == S_KIND_PRESET) != presets)
            return;
        bool fits = value != NULL && !cut && strlen(value) < MS_OPTIONS_TEXT_SIZE;
        if (!fits || !s_parsers[s_fields[i].kind]((char *)options + s_fields[i].offset, value))
            s_complain_value(i, value, complain, data);
        return;
    }
    if (!presets && !s_complain_unsupported(item, complain, data))
        s_complain_unknown(item, complain, data);
}

void ms_options_parse(struct ms_options *options, const char *text,
                      ms_options_complain_fn *complain, void *data) {
    char item[MS_OPTIONS_TEXT_SIZE + 64];
    bool cut;
    if (text == NULL)
        return;
    for (int presets = 1; presets >= 0; presets--) {
        for (const char *rest = text; rest != NULL;) {
            rest = s_next_item(rest, item, sizeof(item), &cut);
            if (item[0] != '\0')
                s_apply(options, item, cut, presets != 0, complain, data);
        }
    }
}

void ms_options_init(struct ms_options *options) {
    memset(options, 0, sizeof(*options));
    for (size_t i = 0; i < S_COUNT; i++)
        s_parsers[s_fields[i].kind]((char *)options + s_fields[i].offset, s_infos[i].standard);
}

const char *ms_options_preset_name(enum ms_preset preset) {
    return (unsigned)preset < MS_PRESET_COUNT ? s_presets[preset].name : "unknown";
}

const struct ms_option_info *ms_options_table(size_t *count) {
    *count = S_COUNT;
    return s_infos;
}
