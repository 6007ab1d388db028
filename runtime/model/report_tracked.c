/* SPDX-License-Identifier: MIT */
/* The types of variables that the program has tracked by name and whose blocks the plugin knows
 * nothing of: as they are declared where the call is. */
#include "model/build.h"

static bool s_is_wanted(const struct ms_build_site *site) {
    return site->type_name == 0 && site->var_name != 0 && site->frame != 0 &&
           (site->kind == MEMSCOPE_SITE_TRACKED || site->kind == MEMSCOPE_SITE_OBJECT);
}

static enum ms_status s_find(struct ms_build *build, struct ms_build_site *site) {
    uint64_t module = site->frame >> MS_FRAME_MODULE_SHIFT;
    const struct memscope_resolver *resolver = build->resolver;
    if (module == 0 || module > build->report->module_count)
        return MS_OK;
    const char *type = resolver->find_variable_type(
        resolver->context, (uint32_t)module, site->frame & MS_FRAME_OFFSET_MASK,
        ms_build_text(build, site->var_name), site->kind == MEMSCOPE_SITE_TRACKED);
    if (type == NULL || ms_build_is_void(type))
        return MS_OK;
    site->evidence = MEMSCOPE_EVIDENCE_DECLARED;
    return ms_names_add(&build->names, type, &site->type_name);
}

enum ms_status ms_build_tracked(struct ms_build *build) {
    enum ms_status status = MS_OK;
    if (build->resolver == NULL || build->resolver->find_variable_type == NULL)
        return MS_OK;
    for (uint32_t i = 0; status == MS_OK && i < build->site_count; i++)
        if (s_is_wanted(&build->sites[i]))
            status = s_find(build, &build->sites[i]);
    return status;
}
