/* SPDX-License-Identifier: MIT */
#include "platform/credentials.h"

#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "platform/raw_call.h"

bool ms_credentials_equal(const struct ms_credentials *a, const struct ms_credentials *b) {
    for (int i = 0; i < 3; i++) {
        if (a->uid[i] != b->uid[i] || a->gid[i] != b->gid[i])
            return false;
    }
    return true;
}

int ms_credentials_get(struct ms_credentials *credentials) {
    uint32_t *uid = credentials->uid, *gid = credentials->gid;
    int result = (int)CALL3(SYS_getresuid, &uid[0], &uid[1], &uid[2]);
    return result != 0 ? result : (int)CALL3(SYS_getresgid, &gid[0], &gid[1], &gid[2]);
}

int ms_credentials_assume(const struct ms_credentials *credentials) {
    const uint32_t *uid = credentials->uid, *gid = credentials->gid;
    long dumpable = CALL5(SYS_prctl, PR_GET_DUMPABLE, 0, 0, 0, 0);
    /* Groups first: they take the rights that the user change gives up. An ordinary user may change
     * neither list nor groups, and has had no change to follow. */
    CALL2(SYS_setgroups, 0, NULL);
    int result = (int)CALL3(SYS_setresgid, gid[0], gid[1], gid[2]);
    if (result == 0)
        result = (int)CALL3(SYS_setresuid, uid[0], uid[1], uid[2]);
    if (dumpable == 1)
        CALL5(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
    return result;
}
