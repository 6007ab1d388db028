/* SPDX-License-Identifier: MIT */
#include "model/slack.h"

#include "model/build.h"

bool ms_slack_is_known(const struct ms_build *build) {
    return build->header->is_glibc == 1 && build->header->other_malloc == 0 && !build->sampled &&
           !build->has_drops;
}
