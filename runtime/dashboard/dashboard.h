/* SPDX-License-Identifier: MIT */
/*
 * The dashboard page as it was put together at build time (embed.cmake): what comes up to the end
 * of its Content-Security-Policy, the rest of what comes before the element with the report, and
 * what comes after it. Constant.
 *
 * That element is one of
 *   <script type="application/json" id="report">JSON</script>
 *   <script type="text/plain" id="report" data-packed="JSON, zlib, base64">...</script>
 * and behind it there may be one with the id `sources`, and one with the id `live` where the page
 * may ask its server for more. A page of two runs has the one element `diff` in place of them, one
 * of the processes there are the one element `processes`.
 */
#ifndef MS_DASHBOARD_DASHBOARD_H
#define MS_DASHBOARD_DASHBOARD_H

#include <stddef.h>

extern const unsigned char ms_dashboard_policy[];
extern const size_t ms_dashboard_policy_size;
extern const unsigned char ms_dashboard_head[];
extern const size_t ms_dashboard_head_size;
extern const unsigned char ms_dashboard_tail[];
extern const size_t ms_dashboard_tail_size;

#endif
