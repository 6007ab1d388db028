/* SPDX-License-Identifier: MIT */
/* phases [kill | fork | COUNT]: threads in nested phases, each as JSON: name, depth, blocks and
 * bytes that the program itself counts in it. Or: killed inside of two; a child made inside of one;
 * COUNT phases. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memscope.h>

struct phase {
    const char *name;
    unsigned long depth, blocks, bytes;
};

enum { THREADS = 3, BRIEF = 12 };

static struct phase s_phases[THREADS][5];
static _Thread_local struct phase s_now; /* blocks and bytes of this thread */

static void make(int count, size_t size) {
    for (; count > 0; count--) {
        void *volatile block = malloc(size);
        s_now.blocks++;
        s_now.bytes += size;
        if (count % 2 == 0)
            free(block);
    }
}

static void begin(struct phase *phase, const char *name, unsigned long depth) {
    memscope_phase_begin(name);
    *phase = (struct phase){name, depth, s_now.blocks, s_now.bytes};
}

static void end(struct phase *phase) {
    phase->blocks = s_now.blocks - phase->blocks;
    phase->bytes = s_now.bytes - phase->bytes;
}

static void *work(void *argument) {
    struct phase *phase = argument;
    int more = phase != s_phases[0];
    memscope_phase_end(); /* of none */
    make(3, 50);
    begin(&phase[0], "outer", 0);
    make(3 + more, 100);
    begin(&phase[1], "inner", 1);
    make(5, 1000);
    begin(&phase[2], NULL, 2);
    make(2 + more, 7);
    end(&phase[2]);
    memscope_phase_end();
    end(&phase[1]);
    memscope_phase_end();
    make(1, 10);
    begin(&phase[3], "inner", 1);
    end(&phase[3]);
    memscope_phase_end();
    end(&phase[0]);
    memscope_phase_end();
    make(9, 9);
    begin(&phase[4], "open", 0);
    make(4, 40);
    end(&phase[4]);
    return NULL;
}

static void *be_brief(void *argument) {
    memscope_phase_begin("brief");
    make(1, 1);
    return argument;
}

static int in_a_child(void) {
    memscope_phase_begin("parent");
    make(2, 20);
    pid_t child = fork();
    if (child == 0) {
        make(1, 30);
        memscope_phase_begin("child"); /* that of the parent is not around it */
        make(3, 300);
        memscope_phase_end();
        make(1, 30);
        memscope_phase_end();
        return 7;
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child || status != 7 << 8)
        return 1;
    make(1, 20);
    memscope_phase_end();
    return 0;
}

/* Two at the same time; then enough one after another that some have the state of earlier ones. */
static int run_threads(void) {
    pthread_t threads[THREADS];
    if (pthread_create(&threads[0], NULL, work, s_phases[0]) != 0 ||
        pthread_create(&threads[1], NULL, work, s_phases[1]) != 0)
        return 1;
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    for (int i = 0; i < BRIEF; i++) {
        pthread_t brief;
        if (pthread_create(&brief, NULL, be_brief, NULL) != 0)
            return 1;
        pthread_join(brief, NULL);
        puts("[\"brief\",0,1,1]");
    }
    if (pthread_create(&threads[2], NULL, work, s_phases[2]) != 0)
        return 1;
    pthread_join(threads[2], NULL);
    return 0;
}

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "fork") == 0)
        return in_a_child();
    if (strcmp(what, "kill") == 0) {
        memscope_phase_begin("outer");
        make(2, 20);
        memscope_phase_begin("inner");
        make(3, 30);
        raise(SIGKILL);
    }
    for (int i = atoi(what); i > 0; i--) {
        memscope_phase_begin("again");
        memscope_phase_end();
    }
    if (what[0] != 0)
        return 0;
    errno = 77;
    struct phase alone;
    begin(&alone, "alone", 0);
    make(3, 1000);
    memscope_phase_end();
    end(&alone);
    if (errno != 77 || run_threads() != 0)
        return 1;
    printf("[\"alone\",0,%lu,%lu]\n", alone.blocks, alone.bytes);
    for (int t = 0; t < THREADS; t++)
        for (int i = 0; i < 5; i++) {
            const struct phase *phase = &s_phases[t][i];
            printf(phase->name != NULL ? "[\"%s\"" : "[null", phase->name);
            printf(",%lu,%lu,%lu]\n", phase->depth, phase->blocks, phase->bytes);
        }
    puts("[\"main\",0,2,2]");
    memscope_phase_begin("main");
    make(2, 1);
    return 0;
}
