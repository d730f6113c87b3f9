/*===- Array.h - arrays and error messages of the programs around a compiled program ------------------===*/

#ifndef NIBBLE_RUNTIME_ARRAY_H
#define NIBBLE_RUNTIME_ARRAY_H

#include "nibble/Runtime/Program.h"
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* As many dimensions as numpy has at most. */
#define NIBBLE_MAX_RANK 32

/* Elements in C order. Who owns `data` is said where the array is made. */
struct nibble_array {
  int32_t dtype; /* enum nibble_dtype */
  int32_t rank;
  int64_t shape[NIBBLE_MAX_RANK];
  void *data;
};

/* Why something failed: one line for the user, empty at first. */
struct nibble_error {
  char message[1024];
};

/* Writes the message, unless there is one already. Returns -1, for `return nibble_fail(...)`. */
int nibble_fail(struct nibble_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Bytes of one element. */
int64_t nibble_dtype_size(int32_t dtype);

/* numpy's name of the type, for example "float32". */
const char *nibble_dtype_name(int32_t dtype);

/* Number of bytes of an array, or -1 when a dimension is negative or the size exceeds 2^62. */
int64_t nibble_array_size(int32_t dtype, int32_t rank, const int64_t *shape);

/* Writes "1x3x32x32" (or "scalar") into a buffer, cut if it does not fit, and returns the buffer. */
const char *nibble_shape_text(int32_t rank, const int64_t *shape, char *buffer, size_t size);

/* Memory for an array of `size` bytes at a multiple of 64, to be freed with free(). Null when memory has run out. */
void *nibble_allocate(int64_t size);

#ifdef __cplusplus
}
#endif

#endif /* NIBBLE_RUNTIME_ARRAY_H */
