/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether the compiler that loads the plugin is the one it was built for. GCC promises nothing
 * about its insides from one release to the next, so a plugin that is loaded into another release
 * reads wrong memory. Free of GCC's headers, so that a test can feed it any version.
 */
#ifndef MS_PLUGIN_VERSION_CHECK_H
#define MS_PLUGIN_VERSION_CHECK_H

#include <string>

/* What GCC says about itself; the fields of its struct plugin_gcc_version. */
struct ms_compiler_version {
    const char *base;          /* "12.2.0" */
    const char *date;          /* "20220819" */
    const char *phase;         /* "" in a release */
    const char *revision;      /* "" in a release */
    const char *configuration; /* the arguments of its configure */
};

/* Empty when a plugin built for BUILT may run in RUNNING, else the line to show to the user. */
std::string ms_version_mismatch(const ms_compiler_version &built,
                                const ms_compiler_version &running);

#endif
