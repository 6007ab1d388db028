/* SPDX-License-Identifier: MIT */
#include "hot/identity.h"

#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>

#include "platform/os.h"

uint64_t ms_identity_start_ticks(void) {
    char text[1024];
    if (ms_os_read_file("/proc/self/stat", text, sizeof(text)) <= 0)
        return 0;
    /* Field 2 is the name in parentheses and may hold anything, also ") (": the last ')' ends it.
     */
    const char *at = strrchr(text, ')');
    for (int field = 2; at != NULL && field < 22; field++)
        at = strchr(at + 1, ' ');
    uint64_t ticks = 0;
    for (at = at != NULL ? at + 1 : ""; *at >= '0' && *at <= '9'; at++)
        ticks = ticks * 10 + (uint64_t)(*at - '0');
    return ticks;
}

static void s_read_command(struct ms_identity *identity) {
    int fd = ms_os_open("/proc/self/cmdline", O_RDONLY, 0);
    long size = fd >= 0 ? ms_os_read(fd, identity->command, sizeof(identity->command) - 1) : 0;
    if (fd >= 0)
        ms_os_close(fd);
    if (size < 0)
        size = 0;
    identity->command[size] = 0;
    if (size != 0 && identity->command[size - 1] != 0)
        size++; /* cut off: the last one ends here */
    identity->store.command = identity->command;
    identity->store.command_size = (size_t)size;
    for (long i = 0; i < size; i++)
        identity->store.command_count += identity->command[i] == 0;
}

void ms_identity_read(struct ms_identity *identity) {
    struct utsname names;
    memset(&identity->store, 0, sizeof(identity->store));
    if (ms_os_readlink("/proc/self/exe", identity->executable, sizeof(identity->executable)) <= 0)
        strcpy(identity->executable, "unknown");
    s_read_command(identity);
    if (uname(&names) != 0)
        names.nodename[0] = 0;
    size_t length = strnlen(names.nodename, sizeof(identity->host) - 1);
    memcpy(identity->host, names.nodename, length);
    identity->host[length] = 0;
    identity->store.executable = identity->executable;
    identity->store.host = identity->host;
    identity->store.process_start_ticks = ms_identity_start_ticks();
}

const char *ms_identity_program(const struct ms_identity *identity) {
    const char *slash = strrchr(identity->executable, '/');
    return slash != NULL ? slash + 1 : identity->executable;
}
