/* SPDX-License-Identifier: MIT */
/* Where annotated variables go out of scope in C++. */
#include <memscope.h>
struct node {
    struct node *next;
    int v;
};
struct node *find(int);
void use(void *);
int chance(void);
void fill(struct node **);
struct text {
    text(const char *);
    text(const text &);
    ~text();
    const char *c_str() const;
};
struct Guard {
    node *n;
    ~Guard();
};
void end(void) {
    MEMSCOPE node *p = (node *)find(1);
    Guard g{p};
    use(p);
}
int throws(MEMSCOPE node *given) {
    use(given);
    MEMSCOPE node *p = (node *)find(1);
    if (chance())
        throw text("x");
    try {
        MEMSCOPE node *q = (node *)find(2);
        if (chance())
            throw 1;
        use(q);
    } catch (int) {
        MEMSCOPE node *r = (node *)find(3);
        use(r);
        throw;
    }
    text s("abc"), array[2] = {s, s};
    for (auto c : array) {
        MEMSCOPE node *t = (node *)find(c.c_str() != nullptr);
        use(t);
        if (chance())
            break;
    }
    if (MEMSCOPE node *u = (node *)find(1))
        use(u);
    while (MEMSCOPE node *w = (node *)find(2))
        use(w);
    auto l = [](MEMSCOPE node *a) {
        MEMSCOPE node *b = (node *)find(1);
        use(b);
        return a;
    };
    use(l(p));
    int x = ({
        MEMSCOPE node *sx = (node *)find(2);
        use(sx);
        sx->v;
    });
    return x + p->v;
}
struct cls {
    node *n;
    cls(MEMSCOPE node *c) : n(c) {
        MEMSCOPE node *d = (node *)find(1);
        use(d);
    }
    virtual ~cls() {
        MEMSCOPE node *e = n;
        use(e);
    }
    virtual text str(MEMSCOPE node *f) {
        use(f);
        return text("a");
    }
};
constexpr int ce(MEMSCOPE const int *p) {
    MEMSCOPE const int *q = p;
    return q ? *q : 0;
}
static constexpr int one = 1;
static_assert(ce(&one) == 1);
int arr[ce(&one)];
template <class T> T *tmpl(MEMSCOPE T *v) {
    for (MEMSCOPE T *i = v; i; i = i->next)
        if (chance())
            return i;
    return nullptr;
}
void inst() {
    use(tmpl<node>((node *)find(1)));
    cls c((node *)find(1));
}
const char *cs(const text &s, node *);
text mk(node *);
const char *tmp(MEMSCOPE node *p) {
    MEMSCOPE node *q = (node *)find(1);
    if (chance())
        return cs(text("a"), q);
    return text(mk(p)).c_str() != nullptr ? "x" : cs(mk(p), q);
}
int gotos(MEMSCOPE node *p) {
again:
    MEMSCOPE node *q;
    q = 0;
    q = (node *)find(1);
    use(q);
    if (chance())
        goto again;
    if (chance())
        goto out;
    {
        MEMSCOPE node *z = (node *)find(3);
        use(z);
        if (chance())
            goto out;
        goto again;
    }
out:
    use(p);
    return chance();
}
struct Big {
    node *a;
    text s;
    Big(node *);
};
Big big(MEMSCOPE node *p) {
    MEMSCOPE node *q = p;
    if (chance())
        return Big(q);
    Big b(p);
    return b;
}
struct pod {
    node *a, *b;
    long c[4];
};
pod mkpod(MEMSCOPE node *p) {
    MEMSCOPE node *q = (node *)find(1);
    return pod{p, q, {}};
}
