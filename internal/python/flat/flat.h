// Declarations of the few tree-sitter functions that flatten.c needs. They are
// weak: the library behind them is linked by github.com/smacker/go-tree-sitter,
// whose header is not on this package's include path. Where a linker does not
// resolve them they are null, bearings_can_flatten says so, and Go walks instead.
#ifndef BEARINGS_FLAT_H
#define BEARINGS_FLAT_H

#include <stdbool.h>
#include <stdint.h>

// One node, in pre-order. Its subtree is nodes[i+1 .. next).
typedef struct {
  uint32_t start, end, next;
  uint8_t kind, missing;
} bearings_node;

bool bearings_can_flatten(void);
uint32_t bearings_count(void *tree);

// Copies the tree into out and returns how many nodes it took, or UINT32_MAX
// when there are more than capacity. kinds maps a symbol to its kind: 0 leaves
// the node out, kinds below first_branch are leaves, error is the ERROR node's.
uint32_t bearings_flatten(void *tree, const uint8_t *kinds, uint32_t symbols, uint8_t first_branch, uint8_t error,
                          bearings_node *out, uint32_t capacity);

#endif
