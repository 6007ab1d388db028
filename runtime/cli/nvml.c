/* SPDX-License-Identifier: MIT */
#include "cli/nvml.h"

#include <dlfcn.h>

/* The interface as NVIDIA documents it ("NVML API Reference"); nvml.h comes with CUDA alone. */
typedef struct nvmlDevice_st *s_device;
struct s_utilization {
    unsigned gpu, memory; /* percent */
};
struct s_memory {
    unsigned long long total, free, used;
};
struct s_process {
    unsigned pid;
    unsigned long long used; /* all ones: not available */
    unsigned gpu_instance, compute_instance;
};
enum { S_SUCCESS = 0 };

typedef int s_list(s_device, unsigned *, struct s_process *);

static struct {
    int (*start)(void);
    int (*get_count)(unsigned *);
    int (*get_handle)(unsigned, s_device *);
    int (*get_utilization)(s_device, struct s_utilization *);
    int (*get_memory)(s_device, struct s_memory *);
    s_list *lists[2]; /* processes that compute, processes that draw */
} s_nvml;

/* ISO C has no cast from an object's address to a function's. */
static bool s_find(void *library, const char *name, void *function) {
    *(void **)function = dlsym(library, name);
    return *(void **)function != NULL;
}

/* The second and third version of the call have the same struct; the first one has a shorter one,
 * and drivers that have no other are older than 2021. */
static void s_find_list(void *library, const char *newer, const char *older, s_list **list) {
    if (!s_find(library, newer, list))
        s_find(library, older, list);
}

bool ms_nvml_open(void) {
    void *library = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL || !s_find(library, "nvmlInit_v2", &s_nvml.start) ||
        !s_find(library, "nvmlDeviceGetCount_v2", &s_nvml.get_count) ||
        !s_find(library, "nvmlDeviceGetHandleByIndex_v2", &s_nvml.get_handle) ||
        !s_find(library, "nvmlDeviceGetUtilizationRates", &s_nvml.get_utilization) ||
        !s_find(library, "nvmlDeviceGetMemoryInfo", &s_nvml.get_memory))
        return false;
    s_find_list(library, "nvmlDeviceGetComputeRunningProcesses_v3",
                "nvmlDeviceGetComputeRunningProcesses_v2", &s_nvml.lists[0]);
    s_find_list(library, "nvmlDeviceGetGraphicsRunningProcesses_v3",
                "nvmlDeviceGetGraphicsRunningProcesses_v2", &s_nvml.lists[1]);
    return s_nvml.start() == S_SUCCESS;
}

unsigned ms_nvml_count(void) {
    unsigned count = 0;
    return s_nvml.get_count(&count) == S_SUCCESS ? count : 0;
}

bool ms_nvml_read(unsigned index, struct ms_nvml_device *device) {
    s_device handle;
    struct s_utilization utilization;
    struct s_memory memory;
    if (s_nvml.get_handle(index, &handle) != S_SUCCESS)
        return false;
    *device = (struct ms_nvml_device){MS_NVML_UNKNOWN, MS_NVML_UNKNOWN, MS_NVML_UNKNOWN};
    if (s_nvml.get_utilization(handle, &utilization) == S_SUCCESS)
        device->usage_permille = (uint64_t)utilization.gpu * 10;
    if (s_nvml.get_memory(handle, &memory) == S_SUCCESS) {
        device->memory_used = memory.used;
        device->memory_total = memory.total;
    }
    return true;
}

static bool s_has(const struct ms_nvml_process *processes, size_t count, uint32_t pid) {
    for (size_t i = 0; i < count; i++) {
        if (processes[i].pid == pid)
            return true;
    }
    return false;
}

size_t ms_nvml_processes(unsigned index, struct ms_nvml_process *processes) {
    static struct s_process s_found[MS_NVML_PROCESSES];
    s_device handle;
    size_t count = 0;
    if (s_nvml.get_handle(index, &handle) != S_SUCCESS)
        return 0;
    for (int list = 0; list < 2; list++) {
        unsigned found = MS_NVML_PROCESSES;
        size_t others = count; /* one that computes and draws is on both lists, with all it has */
        if (s_nvml.lists[list] == NULL || s_nvml.lists[list](handle, &found, s_found) != S_SUCCESS)
            continue;
        for (unsigned i = 0; i < found && i < MS_NVML_PROCESSES && count < MS_NVML_PROCESSES; i++) {
            if (s_found[i].used != MS_NVML_UNKNOWN && !s_has(processes, others, s_found[i].pid))
                processes[count++] = (struct ms_nvml_process){s_found[i].pid, s_found[i].used};
        }
    }
    return count;
}
