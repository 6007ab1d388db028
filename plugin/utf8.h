/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of files and the like are bytes; what the plugin writes down is UTF-8. */
#ifndef MS_PLUGIN_UTF8_H
#define MS_PLUGIN_UTF8_H

#include <string>

/* TEXT with every byte that is not part of well-formed UTF-8 replaced by U+FFFD. */
std::string ms_utf8_clean(const std::string &text);

#endif
