/* SPDX-License-Identifier: MIT */
/* Publishes what NVIDIA's library says of the GPUs (base/gpu_feed.h). */
#ifndef MS_CLI_GPU_FEED_H
#define MS_CLI_GPU_FEED_H

/*
 * Starts a process of its own that publishes for as long as this one lives: the library may hang or
 * end the process that calls it. It ends at once where there is no library or no GPU. Says nothing,
 * and cannot fail but by there being no numbers. To be called once, while there is one thread.
 */
void ms_gpu_feed_start(void);

#endif
