/*===- Array.c - arrays and error messages of the programs around a compiled program ------------------===*/

#include "nibble/Runtime/Array.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int nibble_fail(struct nibble_error *error, const char *format, ...) {
  if (error->message[0])
    return -1;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error->message, sizeof(error->message), format, arguments);
  va_end(arguments);
  return -1;
}

static const struct {
  const char *name;
  int size;
} dtypes[] = {
    [NIBBLE_F32] = {"float32", 4}, [NIBBLE_F64] = {"float64", 8},   [NIBBLE_F16] = {"float16", 2}, [NIBBLE_BF16] = {"bfloat16", 2},
    [NIBBLE_I8] = {"int8", 1},     [NIBBLE_U8] = {"uint8", 1},      [NIBBLE_I16] = {"int16", 2},   [NIBBLE_U16] = {"uint16", 2},
    [NIBBLE_I32] = {"int32", 4},   [NIBBLE_U32] = {"uint32", 4},    [NIBBLE_I64] = {"int64", 8},   [NIBBLE_U64] = {"uint64", 8},
    [NIBBLE_BOOL] = {"bool", 1},
};

int64_t nibble_dtype_size(int32_t dtype) { return dtypes[dtype].size; }

const char *nibble_dtype_name(int32_t dtype) { return dtypes[dtype].name; }

int64_t nibble_array_size(int32_t dtype, int32_t rank, const int64_t *shape) {
  const int64_t limit = INT64_C(1) << 62;
  int64_t size = nibble_dtype_size(dtype);
  int empty = 0;
  for (int32_t axis = 0; axis < rank; ++axis) {
    if (shape[axis] < 0)
      return -1;
    if (shape[axis] == 0)
      empty = 1;
    else if (size > limit / shape[axis])
      return -1;
    else
      size *= shape[axis];
  }
  return empty ? 0 : size;
}

const char *nibble_shape_text(int32_t rank, const int64_t *shape, char *buffer, size_t size) {
  snprintf(buffer, size, "scalar");
  size_t used = 0;
  for (int32_t axis = 0; axis < rank && used < size; ++axis)
    used += (size_t)snprintf(buffer + used, size - used, axis ? "x%lld" : "%lld", (long long)shape[axis]);
  return buffer;
}

void *nibble_allocate(int64_t size) {
  /* aligned_alloc wants a multiple of the alignment. An empty array has an address as well. */
  size_t rounded = ((size_t)size + 63) / 64 * 64;
  return aligned_alloc(64, rounded ? rounded : 64);
}
