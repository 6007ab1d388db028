/* SPDX-License-Identifier: MIT */
#include "base/status.h"

const char *ms_status_message(enum ms_status status) {
    static const char *const s_messages[] = {
#define X(name, message) message,
        MS_STATUSES(X)
#undef X
    };
    _Static_assert(sizeof(s_messages) / sizeof(s_messages[0]) == MS_STATUS_COUNT, "one each");
    if ((unsigned)status >= MS_STATUS_COUNT)
        return "unknown status";
    return s_messages[status];
}
