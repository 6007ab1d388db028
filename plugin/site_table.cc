/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site_table.h"

const char *ms_site_kind_name(uint8_t kind) {
    switch (kind) {
#define X(number, name, spelling)                                                                  \
    case number:                                                                                   \
        return spelling;
        MEMSCOPE_SITE_KINDS(X)
#undef X
    }
    return "unknown";
}

const char *ms_evidence_name(uint8_t evidence) {
    switch (evidence) {
#define X(number, name, spelling)                                                                  \
    case number:                                                                                   \
        return spelling;
        MEMSCOPE_EVIDENCES(X)
#undef X
    }
    return "none";
}

/* TEXT is UTF-8. */
static std::string s_quoted(const std::string &text) {
    std::string quoted = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if ((unsigned char)c < 0x20) {
            char escape[8];
            snprintf(escape, sizeof escape, "\\u%04x", (unsigned)(unsigned char)c);
            quoted += escape;
        } else {
            quoted += c;
        }
    }
    return quoted + '"';
}

static std::string s_text(const std::string &text, bool is_there) {
    return is_there ? s_quoted(text) : "null";
}

static std::string s_object(const ms_site &site) {
    expanded_location at = ms_sites_place(site);
    auto name = [](const std::string &text) { return s_text(text, !text.empty()); };
    return "{\"kind\":" + s_quoted(ms_site_kind_name(site.kind)) +
           ",\"evidence\":" + s_quoted(ms_evidence_name(site.evidence)) +
           ",\"var_name\":" + name(site.var_name) + ",\"type_name\":" + name(site.type_name) +
           ",\"type_size\":" + std::to_string(site.type_size) +
           ",\"is_loss\":" + ((site.flags & MEMSCOPE_SITE_LOSS) != 0 ? "true" : "false") +
           ",\"label\":" + s_text(site.label, site.has_label) + ",\"file\":" + s_quoted(site.file) +
           ",\"line\":" + std::to_string(at.line) + ",\"column\":" + std::to_string(at.column) +
           ",\"function\":" + name(site.function) + ",\"deallocator\":" + name(site.deallocator) +
           "}";
}

void ms_site_table_write(const std::string &path, const std::vector<ms_site> &sites) {
    std::string text = "[";
    for (const ms_site &site : sites)
        text += (text.size() > 1 ? ",\n" : "\n") + s_object(site);
    text += "\n]\n";
    FILE *file = fopen(path.c_str(), "w");
    bool good = file != nullptr && fwrite(text.data(), 1, text.size(), file) == text.size();
    if (file != nullptr && fclose(file) != 0)
        good = false;
    if (!good)
        error_at(UNKNOWN_LOCATION,
                 "memscope: cannot write the site table %qs: %m; check the path "
                 "in %<-fplugin-arg-memscope-sites=%>",
                 path.c_str());
}
