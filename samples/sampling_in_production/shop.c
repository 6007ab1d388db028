/* SPDX-License-Identifier: MIT */
/*
 * shop REQUESTS: the part of a shop's server that answers requests, without the network. Each
 * request finds or opens its customer's session, puts something into the cart there, and renders a
 * page. Sessions stay until the server ends, and are never freed.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BUCKETS = 4096, PRODUCTS = 500, LARGEST_CART = 20 };

struct item {
    uint32_t product, amount;
    char note[56];
};

struct session {
    struct session *next;
    uint32_t customer;
    size_t count, capacity;
    struct item *cart;
};

struct page {
    size_t length, capacity;
    char *text;
};

static struct session *s_sessions[BUCKETS];
static unsigned long s_bytes_sent;

static void *or_end(void *block) {
    if (block == NULL) {
        fputs("shop: out of memory\n", stderr);
        exit(2);
    }
    return block;
}

static uint32_t random_below(uint32_t limit) {
    static uint64_t state = 7;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state >> 33) % limit);
}

static struct session *find_session(uint32_t customer) {
    struct session **place = &s_sessions[customer % BUCKETS];
    while (*place != NULL && (*place)->customer != customer)
        place = &(*place)->next;
    if (*place == NULL) {
        *place = or_end(calloc(1, sizeof(struct session)));
        (*place)->customer = customer;
    }
    return *place;
}

static void add_to_cart(struct session *session, uint32_t product) {
    if (session->count == LARGEST_CART) { /* bought */
        free(session->cart);
        session->cart = NULL;
        session->count = session->capacity = 0;
    }
    if (session->count == session->capacity) {
        session->capacity = session->capacity == 0 ? 4 : 2 * session->capacity;
        session->cart = or_end(realloc(session->cart, session->capacity * sizeof(*session->cart)));
    }
    struct item *item = &session->cart[session->count++];
    *item = (struct item){.product = product, .amount = 1};
    snprintf(item->note, sizeof(item->note), "product %u", product);
}

static void append(struct page *page, const char *text) {
    size_t length = strlen(text);
    while (page->length + length > page->capacity) {
        page->capacity = page->capacity == 0 ? 256 : 2 * page->capacity;
        page->text = or_end(realloc(page->text, page->capacity));
    }
    memcpy(page->text + page->length, text, length);
    page->length += length;
}

static void answer(uint32_t customer, uint32_t product) {
    struct session *session = find_session(customer);
    add_to_cart(session, product);
    struct page page = {0};
    append(&page, "<ul>\n");
    for (size_t i = 0; i < session->count; i++) {
        append(&page, "<li>");
        append(&page, session->cart[i].note);
        append(&page, "</li>\n");
    }
    append(&page, "</ul>\n");
    s_bytes_sent += page.length;
    free(page.text);
}

int main(int argc, char **argv) {
    unsigned long wanted = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
    if (wanted == 0) {
        fputs("usage: shop REQUESTS\n", stderr);
        return 2;
    }
    clock_t start = clock();
    for (unsigned long i = 0; i < wanted; i++) {
        uint32_t customer = random_below(40000);
        answer(customer, random_below(PRODUCTS));
    }
    double ms = 1000.0 * (double)(clock() - start) / CLOCKS_PER_SEC;
    printf("%lu requests, %lu bytes sent\n", wanted, s_bytes_sent);
    fprintf(stderr, "%.0f ms of the processor\n", ms);
    return 0;
}
