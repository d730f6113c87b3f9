/*===- Npy.h - numpy's .npy files ----------------------------------------------------------------------===*\
|*
|* Format versions 1 and 2 as in numpy/lib/format.py, little endian, C order, numbers and booleans. bfloat16 is written as
|* numpy writes types it does not know, as two raw bytes ("|V2"), and read back as such.
|*
\*===-------------------------------------------------------------------------------------------------===*/

#ifndef NIBBLE_RUNTIME_NPY_H
#define NIBBLE_RUNTIME_NPY_H

#include "nibble/Runtime/Array.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reads the header of a .npy file whose first bytes are `bytes`: dtype, rank and shape of `array`. Returns the number of bytes
   before the elements, or -1. Errors say at which byte and what was expected there. */
int64_t nibble_npy_parse_header(const void *bytes, size_t size, struct nibble_array *array, struct nibble_error *error);

/* Reads a file into memory from nibble_allocate, which the caller frees. Returns 0, or -1 with an error that names the path. */
int nibble_npy_read(const char *path, struct nibble_array *array, struct nibble_error *error);

/* Writes a file, over an existing one. Returns 0, or -1 with an error that names the path; what was written until then
   stays. */
int nibble_npy_write(const char *path, const struct nibble_array *array, struct nibble_error *error);

#ifdef __cplusplus
}
#endif

#endif /* NIBBLE_RUNTIME_NPY_H */
