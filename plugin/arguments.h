/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user asked the plugin for on the command line of the compiler. */
#ifndef MS_PLUGIN_ARGUMENTS_H
#define MS_PLUGIN_ARGUMENTS_H

#include "gcc_api.h"

/* A function and numbers of its arguments, which count from 1; the second is 0 where there is none.
 */
struct ms_named_function {
    std::string text; /* as it was given: "f:2:1" */
    std::string name;
    unsigned first = 0, second = 0;
};

struct ms_arguments {
    bool track_all = false;
    bool verbose = false;
    std::vector<std::string> types;              /* empty: all */
    std::vector<std::string> exclude;            /* files and functions */
    std::vector<ms_named_function> allocators;   /* size, count */
    std::vector<ms_named_function> deallocators; /* pointer */
    std::string sites_file;                      /* empty: none */
};

/* Written once by ms_arguments_read, before any pass runs. */
extern ms_arguments ms_arguments_given;

/* False when an argument was wrong; the error has been shown then. */
bool ms_arguments_read(const struct plugin_argument *list, int count);

/* Whether places of this type are wanted. An empty SPELLING is a type that is not known. */
bool ms_arguments_want_type(const std::string &spelling);

/* Whether the function NAME in FILE is left out by `exclude`. */
bool ms_arguments_exclude(const char *file, const std::string &name);

#endif
