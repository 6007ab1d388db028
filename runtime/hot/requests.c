/* SPDX-License-Identifier: MIT */
#include "hot/requests.h"

#include "hot/leaks.h"
#include "hot/lifecycle.h"
#include "store/control.h"
#include "store/marks.h"

static enum ms_control_result s_switch(bool on) {
    ms_lifecycle_switch(on);
    return MS_CONTROL_DONE;
}

static enum ms_control_result s_scan(void) {
    ms_leaks_scan(true);
    return MS_CONTROL_DONE;
}

static enum ms_control_result s_mark(const char *name) {
    if (name[0] == 0)
        return MS_CONTROL_UNKNOWN;
    return ms_marks_add(name, 0) ? MS_CONTROL_DONE : MS_CONTROL_NO_ROOM;
}

static enum ms_control_result s_do(const struct ms_control_request *request) {
    switch (request->command) {
    case MS_CONTROL_PAUSE:
    case MS_CONTROL_RESUME:
        return s_switch(request->command == MS_CONTROL_RESUME);
    case MS_CONTROL_SCAN:
        return s_scan();
    case MS_CONTROL_MARK:
        return s_mark(request->text);
    case MS_CONTROL_NONE:
    case MS_CONTROL_COUNT:
        break;
    }
    return MS_CONTROL_UNKNOWN;
}

void ms_requests_poll(void) {
    struct ms_control_request request;
    if (ms_control_take(&request))
        ms_control_answer(s_do(&request));
}
