/* SPDX-License-Identifier: MIT */
/*
 * A libnvidia-ml.so.1 of two GPUs, of which the second does not tell how busy it is. The process
 * that $STAND_IN_PROCESS names (by /proc/PID/comm) has memory on both. With $STAND_IN_REFUSES set
 * it is as without permission.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>

enum { SUCCESS = 0, NOT_SUPPORTED = 3, NO_PERMISSION = 4, INSUFFICIENT_SIZE = 7 };

struct process {
    unsigned pid;
    unsigned long long used;
    unsigned gpu_instance, compute_instance;
};

static int s_devices[2];

int nvmlInit_v2(void) {
    puts("the library talks"); /* must not be heard */
    fflush(stdout);
    return getenv("STAND_IN_REFUSES") != NULL ? NO_PERMISSION : SUCCESS;
}

int nvmlDeviceGetCount_v2(unsigned *count) {
    *count = 2;
    return SUCCESS;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, int **device) {
    *device = &s_devices[index];
    return SUCCESS;
}

int nvmlDeviceGetUtilizationRates(int *device, unsigned *percent) {
    if (device == &s_devices[1])
        return NOT_SUPPORTED;
    percent[0] = 37;
    percent[1] = 5;
    return SUCCESS;
}

int nvmlDeviceGetMemoryInfo(int *device, unsigned long long *memory) {
    unsigned long long gib = 1024ull * 1024 * 1024;
    memory[0] = device == &s_devices[0] ? 8 * gib : 4 * gib;
    memory[2] = device == &s_devices[0] ? 3 * gib : 1 * gib;
    memory[1] = memory[0] - memory[2];
    return SUCCESS;
}

static unsigned s_find(const char *name) {
    DIR *all = opendir("/proc");
    struct dirent *entry;
    unsigned found = 0;
    while (all != NULL && (entry = readdir(all)) != NULL) {
        char path[300], comm[64] = "";
        snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
        FILE *file = fopen(path, "r");
        if (file == NULL)
            continue;
        if (fgets(comm, sizeof(comm), file) != NULL)
            comm[strcspn(comm, "\n")] = 0;
        fclose(file);
        if (strcmp(comm, name) == 0)
            found = (unsigned)atoi(entry->d_name);
    }
    if (all != NULL)
        closedir(all);
    return found;
}

static int s_list(unsigned *count, struct process *processes) {
    const char *name = getenv("STAND_IN_PROCESS");
    if (*count < 2)
        return INSUFFICIENT_SIZE;
    processes[0] = (struct process){1, ~0ull, 0, 0}; /* the driver does not say */
    processes[1] = (struct process){name != NULL ? s_find(name) : 1, 100 * 1024 * 1024, 0, 0};
    *count = 2;
    return SUCCESS;
}

int nvmlDeviceGetComputeRunningProcesses_v3(int *device, unsigned *count, struct process *list) {
    (void)device;
    return s_list(count, list);
}

/* On both lists: counted once. */
int nvmlDeviceGetGraphicsRunningProcesses_v3(int *device, unsigned *count, struct process *list) {
    (void)device;
    return s_list(count, list);
}
