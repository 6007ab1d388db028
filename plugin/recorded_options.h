/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The options that GCC writes into what it makes: the producer in DWARF (-g), the options for
 * link-time optimization (-flto), the command line (-frecord-gcc-switches). The plugin's own are
 * taken out, so that a unit with nothing tracked is the same object, byte for byte, and the path
 * of the plugin, which lies elsewhere on each machine, does not get into any.
 */
#ifndef MS_PLUGIN_RECORDED_OPTIONS_H
#define MS_PLUGIN_RECORDED_OPTIONS_H

#include "gcc_api.h"

/* From plugin_init, once its arguments are read: GCC looks at the options later. */
void ms_recorded_options_leave_out(const struct plugin_name_args *plugin);

#endif
