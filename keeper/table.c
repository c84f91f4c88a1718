#include <stdlib.h>
#include <string.h>

#include "keeper.h"

static uint64_t hash_text(const char *text) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *text; text++) hash = (hash ^ (uint8_t)*text) * 0x100000001b3u;
    return hash;
}

static size_t place(const struct table *table, uint64_t number) {
    return (size_t)((number * 0x9e3779b97f4a7c15u) >> 32) & (table->size - 1);
}

struct node *table_number(const struct table *table, uint64_t number) {
    struct node *node = table->size ? table->buckets[place(table, number)] : NULL;
    while (node && node->number != number) node = node->next;
    return node;
}

struct node *table_text(const struct table *table, const char *text) {
    uint64_t number = hash_text(text);
    struct node *node = table->size ? table->buckets[place(table, number)] : NULL;
    while (node && (node->number != number || strcmp(node->text, text))) node = node->next;
    return node;
}

static void insert(struct table *table, struct node *node) {
    struct node **bucket = &table->buckets[place(table, node->number)];
    node->next = *bucket;
    *bucket = node;
}

static void add(struct table *table, struct node *node) {
    if (table->count >= table->size) {
        struct table larger = {.size = table->size ? table->size * 2 : 64};
        larger.buckets = allocate(larger.size * sizeof *larger.buckets);
        FOR_TABLE(table, old) insert(&larger, old);
        free(table->buckets);
        table->buckets = larger.buckets;
        table->size = larger.size;
    }
    insert(table, node);
    table->count++;
}

void table_add_number(struct table *table, struct node *node, uint64_t number) {
    node->number = number;
    node->text = NULL;
    add(table, node);
}

void table_add_text(struct table *table, struct node *node, const char *text) {
    node->number = hash_text(text);
    node->text = text;
    add(table, node);
}

void table_remove(struct table *table, struct node *node) {
    if (!table->size) return;
    for (struct node **at = &table->buckets[place(table, node->number)]; *at; at = &(*at)->next)
        if (*at == node) {
            *at = node->next;
            table->count--;
            return;
        }
}
