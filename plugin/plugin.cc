/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The entry of the plugin: -fplugin=memscope.so. Exactly two symbols are seen from outside. */
#define MS_GCC_API_WITH_VERSION
#include "gcc_api.h"

#include "allocator.h"
#include "arguments.h"
#include "attribute.h"
#include "gc_root.h"
#include "instrument.h"
#include "known_types.h"
#include "named_types.h"
#include "recorded_options.h"
#include "registration.h"
#include "saved_values.h"
#include "scope_losses.h"
#include "sites.h"
#include "stack_objects.h"
#include "static_objects.h"
#include "version_check.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT int plugin_is_GPL_compatible;

static ms_compiler_version s_version(const struct plugin_gcc_version &version) {
    return {version.basever, version.datestamp, version.devphase, version.revision,
            version.configuration_arguments};
}

static void s_add_pass(const char *plugin, opt_pass *pass, pass_positioning_ops where,
                       const char *other) {
    struct register_pass_info info = {};
    info.pass = pass;
    info.reference_pass_name = other;
    info.ref_pass_instance_number = 1;
    info.pos_op = where;
    register_callback(plugin, PLUGIN_PASS_MANAGER_SETUP, nullptr, &info);
}

/* Link-time optimization loads the plugin again: the units have been instrumented when they were
 * compiled. */
static bool s_is_link_time(void) {
    return strcmp(lang_hooks.name, "GNU GIMPLE") == 0;
}

extern "C" EXPORT int plugin_init(struct plugin_name_args *info,
                                  struct plugin_gcc_version *version) {
    std::string mismatch = ms_version_mismatch(s_version(gcc_version), s_version(*version));
    if (!mismatch.empty()) {
        /* Not by returning: GCC would add that the plugin failed. */
        fprintf(stderr, "%s\n", mismatch.c_str());
        exit(FATAL_EXIT_CODE);
    }
    if (!ms_arguments_read(info->argv, info->argc))
        return 1;
    ms_recorded_options_leave_out(info);
    static struct plugin_info help = {"1",
                                      "memscope: names the C type and the variable of heap blocks"};
    register_callback(info->base_name, PLUGIN_INFO, nullptr, &help);
    if (s_is_link_time())
        return 0;
    if (!lang_GNU_C() && !lang_GNU_CXX()) {
        /* No warning: a build of several languages may have -Werror. */
        if (ms_arguments_given.verbose)
            inform(UNKNOWN_LOCATION, "memscope: nothing is instrumented in %qs, only in C and C++",
                   lang_hooks.name);
        return 0;
    }
    const char *name = info->base_name;
    ms_gc_root_register(name);
    if (ms_arguments_given.track_all)
        ms_named_types_register(name);
    register_callback(name, PLUGIN_ATTRIBUTES, ms_attribute_register, nullptr);
    register_callback(name, PLUGIN_FINISH_DECL, ms_allocator_note, nullptr);
    register_callback(name, PLUGIN_PRE_GENERICIZE, ms_stack_objects_wrap, nullptr);
    register_callback(name, PLUGIN_PRE_GENERICIZE, ms_scope_losses_insert, nullptr);
    s_add_pass(name, ms_saved_values_pass_new(), PASS_POS_INSERT_AFTER, "cfg");
    s_add_pass(name, ms_types_pass_new(), PASS_POS_INSERT_AFTER, "cfg");
    s_add_pass(name, ms_static_objects_pass_new(), PASS_POS_INSERT_BEFORE, "*free_lang_data");
    s_add_pass(name, ms_instrument_pass_new(), PASS_POS_INSERT_AFTER, "nothrow");
    s_add_pass(name, ms_registration_pass_new(), PASS_POS_INSERT_AFTER, "build_ssa_passes");
    register_callback(name, PLUGIN_FINISH_UNIT, ms_sites_write, nullptr);
    return 0;
}
