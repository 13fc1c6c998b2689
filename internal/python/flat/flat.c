#include "flat.h"

#include <stddef.h>

// The layouts of tree-sitter's public API (api.h, language version 14).
typedef struct {
  uint32_t context[4];
  const void *id;
  const void *tree;
} node_t;

typedef struct {
  const void *tree;
  const void *id;
  uint32_t context[3];
} cursor_t;

#define WEAK __attribute__((weak))
extern node_t ts_tree_root_node(const void *) WEAK;
extern uint32_t ts_node_descendant_count(node_t) WEAK;
extern uint16_t ts_node_symbol(node_t) WEAK;
extern uint32_t ts_node_end_byte(node_t) WEAK;
extern bool ts_node_is_missing(node_t) WEAK;
extern cursor_t ts_tree_cursor_new(node_t) WEAK;
extern void ts_tree_cursor_delete(cursor_t *) WEAK;
extern node_t ts_tree_cursor_current_node(const cursor_t *) WEAK;
extern bool ts_tree_cursor_goto_first_child(cursor_t *) WEAK;
extern bool ts_tree_cursor_goto_next_sibling(cursor_t *) WEAK;
extern bool ts_tree_cursor_goto_parent(cursor_t *) WEAK;

bool bearings_can_flatten(void) {
  return ts_tree_root_node && ts_node_descendant_count && ts_node_symbol && ts_node_end_byte && ts_node_is_missing &&
         ts_tree_cursor_new && ts_tree_cursor_delete && ts_tree_cursor_current_node &&
         ts_tree_cursor_goto_first_child && ts_tree_cursor_goto_next_sibling && ts_tree_cursor_goto_parent;
}

uint32_t bearings_count(void *tree) { return ts_node_descendant_count(ts_tree_root_node(tree)); }

#define NO_PARENT UINT32_MAX

uint32_t bearings_flatten(void *tree, const uint8_t *kinds, uint32_t symbols, uint8_t first_branch, uint8_t error,
                          bearings_node *out, uint32_t capacity) {
  cursor_t cursor = ts_tree_cursor_new(ts_tree_root_node(tree));
  uint32_t size = 0, parent = NO_PARENT;
  for (;;) {
    node_t node = ts_tree_cursor_current_node(&cursor);
    uint16_t symbol = ts_node_symbol(node);
    uint8_t kind = symbol < symbols ? kinds[symbol] : error;
    if (kind != 0) {
      if (size == capacity) {
        size = UINT32_MAX;
        break;
      }
      bearings_node *n = &out[size];
      n->start = node.context[0]; // what ts_node_start_byte returns
      n->end = ts_node_end_byte(node);
      n->kind = kind;
      n->missing = n->start == n->end && ts_node_is_missing(node);
      n->next = parent; // until the node is complete
      size++;
      if ((kind >= first_branch || kind == error) && ts_tree_cursor_goto_first_child(&cursor)) {
        parent = size - 1;
        continue;
      }
      n->next = size;
    }
    while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
      if (parent == NO_PARENT || !ts_tree_cursor_goto_parent(&cursor)) goto done;
      uint32_t up = out[parent].next;
      out[parent].next = size;
      parent = up;
    }
    if (parent == NO_PARENT) break;
  }
done:
  ts_tree_cursor_delete(&cursor);
  return size;
}
