/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recorded_options.h"

/* Without the options that IS_UNWANTED names. */
static void s_leave_out(const std::function<bool(const cl_decoded_option &)> &is_unwanted) {
    cl_decoded_option *end = save_decoded_options + save_decoded_options_count;
    cl_decoded_option *kept = std::remove_if(save_decoded_options, end, is_unwanted);
    save_decoded_options_count = (unsigned)(kept - save_decoded_options);
}

static bool s_is_ours(const cl_decoded_option &option, const struct plugin_name_args *plugin) {
    size_t length = strlen(plugin->base_name);
    if (option.opt_index == OPT_fplugin_)
        return strcmp(option.arg, plugin->full_name) == 0;
    return option.opt_index == OPT_fplugin_arg_ &&
           strncmp(option.arg, plugin->base_name, length) == 0 && option.arg[length] == '-';
}

void ms_recorded_options_leave_out(const struct plugin_name_args *plugin) {
    s_leave_out([plugin](const cl_decoded_option &option) { return s_is_ours(option, plugin); });
    /* The driver adds -iplugindir, for all plugins together. */
    for (unsigned i = 0; i < save_decoded_options_count; i++)
        if (save_decoded_options[i].opt_index == OPT_fplugin_)
            return;
    s_leave_out(
        [](const cl_decoded_option &option) { return option.opt_index == OPT_iplugindir_; });
}
