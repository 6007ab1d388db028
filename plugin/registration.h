/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pass that hands the unit's sites to the runtime. Into a unit that has sites it puts:
 *
 *     extern char __start_memscope_sites[], __stop_memscope_sites[];  (hidden, of the linker)
 *     static void constructor(void) {
 *         __memscope_register_sites(__start_memscope_sites, __stop_memscope_sites);
 *     }
 *     static void destructor(void) {
 *         __memscope_unregister_sites(__start_memscope_sites, __stop_memscope_sites);
 *     }
 *
 * Priority 100, the last that is the implementation's own: before the program's constructors, after
 * its destructors.
 *
 * Position: after "build_ssa_passes", when the sites of all functions are known and before the unit
 * is written out for link-time optimization.
 */
#ifndef MS_PLUGIN_REGISTRATION_H
#define MS_PLUGIN_REGISTRATION_H

#include "gcc_api.h"

opt_pass *ms_registration_pass_new(void);

#endif
