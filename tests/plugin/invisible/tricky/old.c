/* SPDX-License-Identifier: MIT */
/* C as it was: definitions without prototypes, functions nobody declared. */
struct link {
    struct link *next;
    char *word;
};
char *malloc();
char *strcpy();
struct link *head;

static int length(word)
char *word;
{
    int n = 0;
    while (*word++)
        n++;
    return n;
}

static struct link *make(word, next)
register char *word;
struct link *next;
{
    register struct link *link = (struct link *)malloc(sizeof(struct link));
    link->word = strcpy(malloc(length(word) + 1), word);
    link->next = next;
    return link;
}

static char *grow(block, size)
char *block;
long size;
{
    extern char *realloc();
    return realloc(block, size);
}

int add(argc, argv)
int argc;
char **argv;
{
    while (argc-- > 0)
        head = make(*argv++, head);
    head->word = grow(head->word, 20L);
    return length(head->word);
}
